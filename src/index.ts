/** The entry of the step itself. */
import { runStage } from './platform/process.ts'
import { mainStage } from './stages.ts'

void runStage(mainStage)
