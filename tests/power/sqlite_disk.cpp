#include "sqlite_disk.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <new>
#include <sqlite3.h>

namespace banter::power {
namespace {

std::atomic<int> next_number{0};

// Who may do what with a database file (https://www.sqlite.org/lockingv3.html).
struct FileLocks {
    int shared = 0;
    const void* reserved = nullptr;
    const void* pending = nullptr;
    const void* exclusive = nullptr;
};

// The wal-index of a database and its locks (https://www.sqlite.org/walformat.html §2).
struct WalIndex {
    struct Slot {
        int shared = 0;
        const void* exclusive = nullptr;
    };
    std::vector<std::unique_ptr<std::vector<char>>> regions;
    std::array<Slot, SQLITE_SHM_NLOCK> slots;
};

}  // namespace

struct SqliteDisk::Vfs {
    explicit Vfs(SimulatedDisk& simulated) : disk(simulated) {}

    SimulatedDisk& disk;
    sqlite3_vfs methods{};
    std::string name;
    std::mutex mutex;
    std::map<std::string, FileLocks> locks;       // guarded by mutex
    std::map<std::string, WalIndex> wal_indexes;  // guarded by mutex
};

namespace {

struct OpenedFile {
    sqlite3_file base;  // first: SQLite knows only this
    struct State {
        SimulatedDisk* disk = nullptr;
        std::mutex* mutex = nullptr;
        std::map<std::string, FileLocks>* locks = nullptr;
        std::map<std::string, WalIndex>* wal_indexes = nullptr;
        std::string path;  // empty: a temporary file
        FileHandle file;
        bool sync_directory = false;
        bool delete_on_close = false;
        int level = SQLITE_LOCK_NONE;
        std::array<char, SQLITE_SHM_NLOCK> held{};  // 0, 's' or 'x'
    };
    State* state;
};

OpenedFile::State& state_of(sqlite3_file* file) {
    return *reinterpret_cast<OpenedFile*>(file)->state;
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

int code_of(Failure failure, int otherwise) {
    if (failure == Failure::none) return SQLITE_OK;
    return failure == Failure::no_space ? SQLITE_FULL : otherwise;
}

void release_locks(OpenedFile::State& file, FileLocks& locks, int down_to) {
    if (locks.exclusive == &file) locks.exclusive = nullptr;
    if (locks.pending == &file) locks.pending = nullptr;
    if (locks.reserved == &file) locks.reserved = nullptr;
    if (down_to == SQLITE_LOCK_NONE && file.level >= SQLITE_LOCK_SHARED) --locks.shared;
    file.level = down_to;
}

int close_file(sqlite3_file* base) {
    auto* const opened = reinterpret_cast<OpenedFile*>(base);
    const std::unique_ptr<OpenedFile::State> file(opened->state);
    {
        const std::lock_guard guard(*file->mutex);
        if (file->level > SQLITE_LOCK_NONE) {
            release_locks(*file, (*file->locks)[file->path], SQLITE_LOCK_NONE);
        }
    }
    if (file->delete_on_close && !file->path.empty()) file->disk->remove(file->path);
    return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* into, int size, sqlite3_int64 offset) {
    auto& file = state_of(base);
    std::size_t got = 0;
    const auto wanted = static_cast<std::size_t>(size);
    const auto failure = file.disk->read(file.file, static_cast<std::uint64_t>(offset), wanted,
                                         static_cast<char*>(into), got);
    if (failure != Failure::none) return SQLITE_IOERR_READ;
    if (got == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(into) + got, 0, wanted - got);
    return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* base, const void* bytes, int size, sqlite3_int64 offset) {
    auto& file = state_of(base);
    const std::string_view view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    return code_of(file.disk->write(file.file, static_cast<std::uint64_t>(offset), view),
                   SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
    auto& file = state_of(base);
    return code_of(file.disk->truncate(file.file, static_cast<std::uint64_t>(size)),
                   SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* base, int) {
    auto& file = state_of(base);
    const auto synced = file.disk->sync(file.file);
    if (synced != Failure::none) return SQLITE_IOERR_FSYNC;
    if (!file.sync_directory) return SQLITE_OK;
    const auto directory = file.disk->sync_directory(parent_of(file.path));
    // As SQLite's own does: an error of this sync is not reported.
    if (directory != Failure::power_off) file.sync_directory = false;
    return SQLITE_OK;
}

int size_of_file(sqlite3_file* base, sqlite3_int64* size) {
    auto& file = state_of(base);
    std::uint64_t found = 0;
    const auto failure = file.disk->size_of(file.file, found);
    *size = static_cast<sqlite3_int64>(found);
    return code_of(failure, SQLITE_IOERR_FSTAT);
}

int lock_file(sqlite3_file* base, int level) {
    auto& file = state_of(base);
    if (file.level >= level) return SQLITE_OK;
    const std::lock_guard guard(*file.mutex);
    auto& locks = (*file.locks)[file.path];
    const auto others = [&](const void* holder) { return holder != nullptr && holder != &file; };
    if (others(locks.exclusive)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_SHARED) {
        if (others(locks.pending)) return SQLITE_BUSY;
        ++locks.shared;
    } else if (level == SQLITE_LOCK_RESERVED) {
        if (others(locks.reserved)) return SQLITE_BUSY;
        locks.reserved = &file;
    } else {
        if (others(locks.pending) || others(locks.reserved)) return SQLITE_BUSY;
        locks.pending = &file;
        file.level = SQLITE_LOCK_PENDING;
        if (locks.shared > 1) return SQLITE_BUSY;
        locks.exclusive = &file;
    }
    file.level = level;
    return SQLITE_OK;
}

int unlock_file(sqlite3_file* base, int level) {
    auto& file = state_of(base);
    if (file.level <= level) return SQLITE_OK;
    const std::lock_guard guard(*file.mutex);
    release_locks(file, (*file.locks)[file.path], level);
    return SQLITE_OK;
}

int check_reserved(sqlite3_file* base, int* reserved) {
    auto& file = state_of(base);
    const std::lock_guard guard(*file.mutex);
    *reserved = (*file.locks)[file.path].reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
    return 4096;  // what SQLite's own says for Unix
}

int characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_index(sqlite3_file* base, int region, int size, int extend, void volatile** mapped) {
    auto& file = state_of(base);
    const std::lock_guard guard(*file.mutex);
    auto& regions = (*file.wal_indexes)[file.path].regions;
    const auto wanted = static_cast<std::size_t>(region);
    *mapped = nullptr;
    if (wanted >= regions.size() && extend == 0) return SQLITE_OK;
    while (wanted >= regions.size()) {
        regions.push_back(std::make_unique<std::vector<char>>(static_cast<std::size_t>(size)));
    }
    *mapped = regions[wanted]->data();
    return SQLITE_OK;
}

int lock_index(sqlite3_file* base, int first, int count, int flags) {
    auto& file = state_of(base);
    const std::lock_guard guard(*file.mutex);
    auto& slots = (*file.wal_indexes)[file.path].slots;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const auto begin = static_cast<std::size_t>(first);
    const auto end = begin + static_cast<std::size_t>(count);
    for (std::size_t i = begin; i < end && (flags & SQLITE_SHM_LOCK) != 0; ++i) {
        const int others = slots[i].shared - (file.held[i] == 's' ? 1 : 0);
        if (slots[i].exclusive != nullptr && slots[i].exclusive != &file) return SQLITE_BUSY;
        if (exclusive && others > 0) return SQLITE_BUSY;
    }
    for (std::size_t i = begin; i < end; ++i) {
        if (file.held[i] == 's') --slots[i].shared;
        if (file.held[i] == 'x') slots[i].exclusive = nullptr;
        file.held[i] = 0;
        if ((flags & SQLITE_SHM_LOCK) == 0) continue;
        file.held[i] = exclusive ? 'x' : 's';
        if (exclusive) {
            slots[i].exclusive = &file;
        } else {
            ++slots[i].shared;
        }
    }
    return SQLITE_OK;
}

void fence_index(sqlite3_file*) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

int unmap_index(sqlite3_file* base, int remove) {
    auto& file = state_of(base);
    lock_index(base, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
    const std::lock_guard guard(*file.mutex);
    if (remove != 0) file.wal_indexes->erase(file.path);
    return SQLITE_OK;
}

const sqlite3_io_methods file_methods = {2,
                                         close_file,
                                         read_file,
                                         write_file,
                                         truncate_file,
                                         sync_file,
                                         size_of_file,
                                         lock_file,
                                         unlock_file,
                                         check_reserved,
                                         control_file,
                                         sector_size,
                                         characteristics,
                                         map_index,
                                         lock_index,
                                         fence_index,
                                         unmap_index,
                                         nullptr,
                                         nullptr};

sqlite3_vfs* system_vfs() {
    return sqlite3_vfs_find(nullptr);
}

template <class Vfs>
int open_file(sqlite3_vfs* methods, const char* name, sqlite3_file* base, int flags, int* out) {
    auto& vfs = *static_cast<Vfs*>(methods->pAppData);
    auto* const opened = reinterpret_cast<OpenedFile*>(base);
    base->pMethods = nullptr;
    auto state = std::make_unique<OpenedFile::State>();
    state->disk = &vfs.disk;
    state->mutex = &vfs.mutex;
    state->locks = &vfs.locks;
    state->wal_indexes = &vfs.wal_indexes;
    state->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    if (name == nullptr) {
        state->file = std::make_shared<DiskFile>();
    } else {
        state->path = name;
        bool created = false;
        const bool may_create = (flags & SQLITE_OPEN_CREATE) != 0;
        const auto failure = vfs.disk.open(state->path, may_create, state->file, created);
        if (failure != Failure::none) return code_of(failure, SQLITE_CANTOPEN);
        const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
        state->sync_directory = may_create && (flags & journals) != 0;
    }
    if (out != nullptr) *out = flags;
    opened->state = state.release();
    base->pMethods = &file_methods;
    return SQLITE_OK;
}

template <class Vfs>
int delete_file(sqlite3_vfs* methods, const char* name, int sync_directory) {
    auto& vfs = *static_cast<Vfs*>(methods->pAppData);
    const auto failure = vfs.disk.remove(name);
    if (failure == Failure::not_found) return SQLITE_IOERR_DELETE_NOENT;
    if (failure != Failure::none) return SQLITE_IOERR_DELETE;
    if (sync_directory == 0) return SQLITE_OK;
    return code_of(vfs.disk.sync_directory(parent_of(name)), SQLITE_IOERR_DIR_FSYNC);
}

// A file without content does not count, as with SQLite's own.
template <class Vfs>
int access_file(sqlite3_vfs* methods, const char* name, int flags, int* answer) {
    auto& vfs = *static_cast<Vfs*>(methods->pAppData);
    FileHandle file;
    bool created = false;
    std::uint64_t size = 0;
    const auto failure = vfs.disk.open(name, false, file, created);
    if (failure == Failure::power_off) return SQLITE_IOERR_ACCESS;
    if (failure == Failure::none) vfs.disk.size_of(file, size);
    *answer = failure == Failure::none && (flags != SQLITE_ACCESS_EXISTS || size > 0) ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* path) {
    sqlite3_snprintf(size, path, "%s", name);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* bytes) {
    return system_vfs()->xRandomness(system_vfs(), size, bytes);
}

int wait(sqlite3_vfs*, int microseconds) {
    return system_vfs()->xSleep(system_vfs(), microseconds);
}

int current_time(sqlite3_vfs*, double* time) {
    return system_vfs()->xCurrentTime(system_vfs(), time);
}

int last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

}  // namespace

SqliteDisk::SqliteDisk(SimulatedDisk& disk) : vfs_(std::make_unique<Vfs>(disk)) {
    vfs_->name = "simulated-disk-" + std::to_string(++next_number);
    auto& methods = vfs_->methods;
    methods.iVersion = 1;
    methods.szOsFile = sizeof(OpenedFile);
    methods.mxPathname = 512;
    methods.zName = vfs_->name.c_str();
    methods.pAppData = vfs_.get();
    methods.xOpen = open_file<Vfs>;
    methods.xDelete = delete_file<Vfs>;
    methods.xAccess = access_file<Vfs>;
    methods.xFullPathname = full_path;
    methods.xRandomness = randomness;
    methods.xSleep = wait;
    methods.xCurrentTime = current_time;
    methods.xGetLastError = last_error;
    sqlite3_vfs_register(&methods, 0);
}

SqliteDisk::~SqliteDisk() {
    sqlite3_vfs_unregister(&vfs_->methods);
}

const std::string& SqliteDisk::name() const {
    return vfs_->name;
}

}  // namespace banter::power
