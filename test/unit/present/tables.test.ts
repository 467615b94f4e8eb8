import { describe, expect, it } from 'vitest'
import { candidatesTable, resultTable } from '../../../src/present/tables.ts'
import { cellText } from '../../../src/report/text-table.ts'
import { madeBy, NOW, ORIGIN, operationRun, problem, serverRun, snapshot } from '../run/fixtures.ts'

const RUNNING = { work: 'restore', since: NOW, at: NOW } as const

describe('the results', () => {
  it('have a row for each server: its status as a word, and once what went wrong', () => {
    const servers = [
      serverRun({ task: { ...RUNNING, state: 'succeeded', snapshot: snapshot('701'), how: 'seen' } }),
      serverRun({ task: { state: 'rejected', problem: problem({ what: 'No.', state: 'As it was.' }) } }),
      serverRun({
        task: {
          ...{ ...RUNNING, state: 'left running', why: 'timed out', lastFailure: undefined },
          snapshot: snapshot('702', '11', { createdAt: null }),
        },
      }),
    ]
    const { columns, rows } = resultTable(operationRun({ servers }), ORIGIN, NOW)
    expect(columns).toHaveLength(5)
    expect(rows.map(row => row.slice(0, 4))).toEqual([
      ['web-server-11 (11)', 'restored', '701', '1 hour'],
      ['web-server-11 (11)', 'failed', '–', '–'],
      ['web-server-11 (11)', 'timed out', '702', 'unknown'],
    ])
    expect(rows.map(row => row[4])).toEqual(['', 'No. As it was.', expect.stringContaining('702')])
  })

  it('name a server by its id where that is all that is known', () => {
    const unknown = serverRun()
    const servers = [{ ...unknown, server: { ...unknown.server, name: '' } }]
    expect(resultTable(operationRun({ servers }), ORIGIN, NOW).rows[0]?.[0]).toBe('11')
  })
})

describe('a list', () => {
  it('of one server has the size of each snapshot, and who made it', () => {
    const listed = [snapshot('701', '11', madeBy()), snapshot('702', '11', { name: '', status: 'failed' })]
    const { columns, rows } = resultTable(operationRun({ listed }), ORIGIN, NOW)
    expect(columns).toEqual(['Snapshot', 'Age', 'Size', 'Status', 'Made by'])
    expect(rows.map(row => row.map(cellText))).toEqual([
      ['701 before-701', '1 hour', '5.0 GiB', 'completed', 'this workflow, run 9000000000'],
      ['702', '1 hour', '5.0 GiB', 'failed', 'manual'],
    ])
  })

  it('of several servers has their names instead: a phone shows five columns', () => {
    const listed = [
      snapshot('701'),
      snapshot('702', '12', { server: { ...snapshot('1', '12').server, name: '' } }),
    ]
    const { columns, rows } = resultTable(operationRun({ listed }), ORIGIN, NOW)
    expect(columns).toEqual(['Snapshot', 'Age', 'Server', 'Status', 'Made by'])
    expect(rows.map(row => row[2])).toEqual(['web-server-11 (11)', '12'])
  })

  it('can be empty', () => {
    expect(resultTable(operationRun({ listed: [] }), ORIGIN, NOW).rows).toEqual([])
  })
})

describe('what could be used instead', () => {
  it('is nothing where nothing was refused that has any', () => {
    expect(candidatesTable(operationRun(), ORIGIN, NOW)).toBeUndefined()
    expect(
      candidatesTable(operationRun({ problem: problem({ candidates: [] }) }), ORIGIN, NOW),
    ).toBeUndefined()
  })

  it('is what any problem names, each once, newest first', () => {
    const dated = (id: string, hour: number) =>
      snapshot(id, '11', { createdAt: `2026-03-02T0${hour}:00:00Z` })
    const servers = [
      serverRun({
        task: { state: 'rejected', problem: problem({ candidates: [dated('601', 1), dated('602', 2)] }) },
      }),
    ]
    const run = operationRun({
      servers,
      problem: problem({ candidates: [dated('600', 0), dated('601', 1)] }),
    })
    const ids = candidatesTable(run, ORIGIN, NOW)?.rows.map(([cell = '']) => cellText(cell).slice(0, 3))
    expect(ids).toEqual(['602', '601', '600'])
  })

  it('is ten at most', () => {
    const candidates = Array.from({ length: 12 }, (_, index) => snapshot(`${601 + index}`))
    expect(
      candidatesTable(operationRun({ problem: problem({ candidates }) }), ORIGIN, NOW)?.rows,
    ).toHaveLength(10)
  })
})
