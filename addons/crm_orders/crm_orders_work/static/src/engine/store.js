/**
 * Keeps entries, messages and cards in the browser, so that they are there when the page
 * is opened again. It is the browser's own database: photos would not fit anywhere else.
 */

const VERSION = 1;
const KEYS = { entries: "id", notices: "id", cards: "userId" };

function done(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

export class WorkStore {
    constructor(name = "crm_orders_work") {
        this.name = name;
        this.opening = null;
    }

    open() {
        this.opening ??= new Promise((resolve, reject) => {
            const request = indexedDB.open(this.name, VERSION);
            request.onupgradeneeded = () => {
                for (const [name, keyPath] of Object.entries(KEYS)) {
                    request.result.createObjectStore(name, { keyPath });
                }
            };
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        return this.opening;
    }

    async read(what) {
        const database = await this.open();
        return done(database.transaction(what).objectStore(what).getAll());
    }

    /** Returns when the value is on the disk, not only on its way there. */
    async write(what, value) {
        const database = await this.open();
        const transaction = database.transaction(what, "readwrite", {
            durability: "strict",
        });
        transaction.objectStore(what).put(JSON.parse(JSON.stringify(value)));
        return this._complete(transaction);
    }

    async remove(what, id) {
        const database = await this.open();
        const transaction = database.transaction(what, "readwrite");
        transaction.objectStore(what).delete(id);
        return this._complete(transaction);
    }

    async clear() {
        (await this.open()).close();
        this.opening = null;
        return done(indexedDB.deleteDatabase(this.name));
    }

    _complete(transaction) {
        return new Promise((resolve, reject) => {
            transaction.oncomplete = () => resolve();
            transaction.onabort = transaction.onerror = () => reject(transaction.error);
        });
    }
}
