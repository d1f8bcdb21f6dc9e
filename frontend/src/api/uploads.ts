/** Files on their way in, and what is in them. */

import { answer, api, ownPage, type Schemas } from './client'
import { Problem, problemOf } from './problem'

export type Begun = Schemas['Begun']
export type UploadedFile = Schemas['UploadedFile']
export type Preview = Schemas['Preview']
export type TablePreview = Schemas['TablePreview']
export type ColumnPreview = Schemas['ColumnPreview']
export type FieldChoice = Schemas['FieldChoice']
export type MappedTable = Schemas['MappedTableForm']

const at = (id: string) => ({ path: { upload_id: id } })

export function beginUpload(): Promise<Begun> {
  return answer(api.POST('/api/v1/uploads'))
}

export function removeFile(id: string, name: string): Promise<void> {
  const params = { ...at(id), query: { name } }
  return answer(api.DELETE('/api/v1/uploads/{upload_id}/files', { params }))
}

export function previewTables(id: string): Promise<Preview> {
  return answer(api.GET('/api/v1/uploads/{upload_id}/tables', { params: at(id) }))
}

export function mapColumns(id: string, tables: MappedTable[]): Promise<Preview> {
  return answer(api.PUT('/api/v1/uploads/{upload_id}/mapping', { params: at(id), body: { tables } }))
}

export function fieldChoices(): Promise<FieldChoice[]> {
  return answer(api.GET('/api/v1/uploads/fields'))
}

/** Send a file; `fetch` cannot say how far it is, so this is the one request that is made by hand.
 *
 * @throws Problem where the server refused it, or it never arrived.
 */
export function sendFile(
  id: string,
  file: File,
  sent: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadedFile[]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', `/api/v1/uploads/${id}/files?name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    for (const [name, value] of Object.entries(ownPage())) request.setRequestHeader(name, value)
    request.responseType = 'json'
    request.upload.addEventListener('progress', (event) => sent(event.loaded / Math.max(event.total, 1)))
    request.addEventListener('load', () => {
      if (request.status < 300) resolve(request.response as UploadedFile[])
      else reject(problemOf(request.status, request.response))
    })
    request.addEventListener('error', () =>
      reject(new Problem(0, 'unreachable', '文件没有传完', file.name, '请检查网络，移除后重新上传')),
    )
    request.addEventListener('abort', () => reject(new DOMException('given up', 'AbortError')))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}
