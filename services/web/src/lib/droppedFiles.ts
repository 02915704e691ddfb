// What was dropped or chosen, folders included, as paths; and what of it is one import.
import { type NamedFile, zipOf } from "./zip";

const IMAGE = /\.(png|jpe?g|webp)$/i;
const TABLE = /\.(csv|jsonl?)$/i;
const ARCHIVE = /\.zip$/i;
const HIDDEN = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$)/i;

export const isWanted = (path: string): boolean =>
  !HIDDEN.test(path) && (IMAGE.test(path) || TABLE.test(path) || ARCHIVE.test(path));

/** All files of a drop; a folder is walked through. */
export async function filesOfDrop(items: DataTransferItemList): Promise<NamedFile[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null); // before the first wait: the list is emptied then
  return (await Promise.all(entries.map((entry) => filesOf(entry, "")))).flat();
}

async function filesOf(entry: FileSystemEntry, folder: string): Promise<NamedFile[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  let some: FileSystemEntry[];
  do {
    some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred a call
    inside.push(...some);
  } while (some.length > 0);
  return (await Promise.all(inside.map((one) => filesOf(one, `${path}/`)))).flat();
}

/** Files of a file input; of a chosen folder with their paths in it. */
export const filesOfInput = (files: FileList): NamedFile[] =>
  [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Paths without the folder that holds everything, and the only table under the name that the service looks for. */
export function arranged(files: NamedFile[]): NamedFile[] {
  const roots = new Set(
    files.map(({ path }) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")),
  );
  const [root] = roots;
  const bare = files.map(({ path, file }) => ({
    path: roots.size === 1 && root ? path.slice(root.length + 1) : path,
    file,
  }));
  const tables = bare.filter(({ path }) => TABLE.test(path));
  if (tables.length !== 1) return bare;
  const [table] = tables;
  return bare.map((one) =>
    one === table && !/(^|\/)manifest\.\w+$/i.test(one.path)
      ? {
          ...one,
          path: one.path.replace(/[^/]+\.(\w+)$/, (_, ending: string) => `manifest.${ending.toLowerCase()}`),
        }
      : one,
  );
}

/** One zip to send: the archive that was dropped, or one made of loose files. */
export async function asOneZip(
  files: NamedFile[],
  onFile?: (done: number) => void,
): Promise<{ file: Blob; name: string }> {
  const [only] = files;
  if (files.length === 1 && only && ARCHIVE.test(only.path)) return { file: only.file, name: only.path };
  return { file: await zipOf(arranged(files), onFile), name: "files.zip" };
}
