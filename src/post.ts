/** The entry of the post step, at the end of the job. */
import { runStage } from './platform/process.ts'
import { postStage } from './stages.ts'

void runStage(postStage)
