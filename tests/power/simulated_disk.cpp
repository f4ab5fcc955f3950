#include "simulated_disk.hpp"

#include <algorithm>

namespace banter::power {
namespace {

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

void apply_to(std::string& content, const PendingWrite& write) {
    if (write.truncates) {
        content.resize(write.offset);
        return;
    }
    const std::size_t end = write.offset + write.bytes.size();
    if (content.size() < end) content.resize(end);
    content.replace(write.offset, write.bytes.size(), write.bytes);
}

// Takes the part of each older write away that `newer` has written again.
void supersede(std::vector<PendingWrite>& older, const PendingWrite& newer) {
    std::vector<PendingWrite> left;
    const std::uint64_t begin = newer.offset;
    const std::uint64_t end =
        newer.truncates ? ~std::uint64_t{0} : newer.offset + newer.bytes.size();
    for (auto& write : older) {
        const std::uint64_t write_end = write.offset + write.bytes.size();
        if (write.truncates || write_end <= begin || write.offset >= end) {
            left.push_back(std::move(write));
            continue;
        }
        if (write.offset < begin) {
            auto head = write;
            head.bytes.resize(begin - write.offset);
            left.push_back(std::move(head));
        }
        if (write_end > end) {
            auto tail = write;
            tail.bytes.erase(0, end - write.offset);
            tail.offset = end;
            left.push_back(std::move(tail));
        }
    }
    older = std::move(left);
}

std::uint64_t below(std::mt19937_64& random, std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
}

std::uint64_t hash(std::uint64_t value, std::string_view text) {
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return value;
}

}  // namespace

SimulatedDisk::SimulatedDisk(std::uint64_t seed, Lies lies) : seed_(seed), lies_(lies) {
    names_["/"] = durable_names_["/"] = Entry{true, nullptr};
}

// Of everything that changes or syncs.
Failure SimulatedDisk::begin_change() {
    if (!power_) return Failure::power_off;
    if (++operations_ >= cut_at_) power_ = false;
    return Failure::none;
}

bool SimulatedDisk::is_lit(std::uint64_t& countdown) {
    if (countdown == 0 || --countdown > 0) return false;
    fault_happened_ = true;
    return true;
}

Failure SimulatedDisk::open(const std::string& path, bool create, FileHandle& file, bool& created) {
    const std::lock_guard lock(mutex_);
    created = false;
    if (!power_) return Failure::power_off;
    const auto found = names_.find(path);
    if (found != names_.end()) {
        if (found->second.directory) return Failure::exists;
        file = found->second.file;
        return Failure::none;
    }
    if (!create || !names_.contains(parent_of(path))) return Failure::not_found;
    begin_change();
    created = true;
    file = std::make_shared<DiskFile>();
    note(parent_of(path), {path, Entry{false, file}, {}});
    return power_ ? Failure::none : Failure::power_off;
}

// As much as there is space for.
Failure SimulatedDisk::put(DiskFile& file, std::uint64_t offset, std::string_view bytes) {
    Failure failure = Failure::none;
    if (!file.spared && is_lit(write_fault_)) {
        bytes = bytes.substr(0, bytes.size() / 2);
        failure = Failure::broken;
    }
    const std::uint64_t end = offset + bytes.size();
    const std::uint64_t growth = end > file.now.size() ? end - file.now.size() : 0;
    if (free_space_ && !file.spared && growth > *free_space_) {
        bytes = bytes.substr(0, bytes.size() - std::min(bytes.size(), growth - *free_space_));
        fault_happened_ = true;
        free_space_ = 0;
        failure = Failure::no_space;
    } else if (free_space_) {
        *free_space_ -= std::min(*free_space_, growth);
    }
    if (bytes.empty()) return failure;
    PendingWrite write{offset, std::string(bytes)};
    apply_to(file.now, write);
    file.pending.push_back(std::move(write));
    return failure;
}

Failure SimulatedDisk::write(const FileHandle& file, std::uint64_t offset, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (const auto failure = begin_change(); failure != Failure::none) return failure;
    const auto failure = put(*file, offset, bytes);
    return power_ ? failure : Failure::power_off;
}

Failure SimulatedDisk::append(const FileHandle& file, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (file->spared && !power_) return Failure::none;
    if (const auto failure = begin_change(); failure != Failure::none) return failure;
    const auto failure = put(*file, file->now.size(), bytes);
    return power_ || file->spared ? failure : Failure::power_off;
}

Failure SimulatedDisk::truncate(const FileHandle& file, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    if (const auto failure = begin_change(); failure != Failure::none) return failure;
    if (size != file->now.size()) {
        file->pending.push_back({size, {}, true});
        file->now.resize(size);
    }
    return power_ ? Failure::none : Failure::power_off;
}

Failure SimulatedDisk::sync(const FileHandle& file) {
    const std::lock_guard lock(mutex_);
    if (file->spared && !power_) return Failure::none;
    if (const auto failure = begin_change(); failure != Failure::none) return failure;
    if (!power_) return file->spared ? Failure::none : Failure::power_off;  // in the middle of it
    if (!file->spared && is_lit(sync_fault_)) {
        for (auto& write : file->pending)
            write.abandoned = true;
        return Failure::broken;
    }
    if (lies_.file_syncs) return Failure::none;
    std::vector<PendingWrite> kept;
    const std::size_t covered = lies_.late_syncs && !file->pending.empty()
                                    ? file->pending.size() - 1
                                    : file->pending.size();
    for (std::size_t i = 0; i < file->pending.size(); ++i) {
        auto& write = file->pending[i];
        if (write.abandoned || i >= covered) {
            kept.push_back(std::move(write));
        } else {
            apply_to(file->durable, write);
            supersede(kept, write);
        }
    }
    file->pending = std::move(kept);
    return Failure::none;
}

Failure SimulatedDisk::read(const FileHandle& file, std::uint64_t offset, std::size_t size,
                            char* into, std::size_t& got) {
    const std::lock_guard lock(mutex_);
    got = 0;
    if (!power_) return Failure::power_off;
    if (is_lit(read_fault_)) return Failure::broken;
    if (offset >= file->now.size()) return Failure::none;
    got = std::min<std::size_t>(size, file->now.size() - offset);
    std::copy_n(file->now.data() + offset, got, into);
    return Failure::none;
}

void SimulatedDisk::spare(const FileHandle& file) {
    const std::lock_guard lock(mutex_);
    file->spared = true;
}

Failure SimulatedDisk::size_of(const FileHandle& file, std::uint64_t& size) {
    const std::lock_guard lock(mutex_);
    size = file->now.size();
    return power_ ? Failure::none : Failure::power_off;
}

void SimulatedDisk::apply(Names& names, const NameChange& change) {
    if (!change.renamed_from.empty()) names.erase(change.renamed_from);
    if (change.entry) {
        names[change.name] = *change.entry;
    } else {
        names.erase(change.name);
    }
}

void SimulatedDisk::note(const std::string& directory, NameChange change) {
    apply(names_, change);
    pending_names_[directory].push_back(std::move(change));
}

Failure SimulatedDisk::make_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!power_) return Failure::power_off;
    if (names_.contains(path)) return Failure::exists;
    if (!names_.contains(parent_of(path))) return Failure::not_found;
    begin_change();
    note(parent_of(path), {path, Entry{true, nullptr}, {}});
    return power_ ? Failure::none : Failure::power_off;
}

Failure SimulatedDisk::sync_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (const auto failure = begin_change(); failure != Failure::none) return failure;
    if (!power_) return Failure::power_off;
    if (is_lit(directory_fault_)) return Failure::broken;
    if (lies_.directory_syncs) return Failure::none;
    const auto pending = pending_names_.find(path);
    if (pending == pending_names_.end()) return Failure::none;
    for (const auto& change : pending->second)
        apply(durable_names_, change);
    pending_names_.erase(pending);
    return Failure::none;
}

Failure SimulatedDisk::remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!power_) return Failure::power_off;
    if (!names_.contains(path)) return Failure::not_found;
    begin_change();
    note(parent_of(path), {path, std::nullopt, {}});
    return power_ ? Failure::none : Failure::power_off;
}

Failure SimulatedDisk::rename(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    if (!power_) return Failure::power_off;
    const auto found = names_.find(from);
    if (found == names_.end()) return Failure::not_found;
    begin_change();
    const Entry entry = found->second;
    note(parent_of(to), {to, entry, from});
    return power_ ? Failure::none : Failure::power_off;
}

Failure SimulatedDisk::list(const std::string& path, std::vector<std::string>& names) {
    const std::lock_guard lock(mutex_);
    names.clear();
    if (!power_) return Failure::power_off;
    if (!names_.contains(path)) return Failure::not_found;
    for (const auto& [name, entry] : names_) {
        if (name != "/" && parent_of(name) == path) names.push_back(name.substr(path.size() + 1));
    }
    return Failure::none;
}

bool SimulatedDisk::exists(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return names_.contains(path);
}

bool SimulatedDisk::is_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(path);
    return found != names_.end() && found->second.directory;
}

void SimulatedDisk::cut_power_after(std::uint64_t operations) {
    const std::lock_guard lock(mutex_);
    cut_at_ = operations_ + operations;
}

void SimulatedDisk::cut_power() {
    const std::lock_guard lock(mutex_);
    power_ = false;
}

bool SimulatedDisk::has_power() const {
    const std::lock_guard lock(mutex_);
    return power_;
}

std::uint64_t SimulatedDisk::operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
}

void SimulatedDisk::reboot() {
    const std::lock_guard lock(mutex_);
    ++boots_;
    for (const auto& [directory, changes] : pending_names_)
        survive_names(directory, changes);
    pending_names_.clear();
    // What lies below a directory that was lost is lost with it.
    for (auto at = durable_names_.begin(); at != durable_names_.end();) {
        const bool orphan = at->first != "/" && !durable_names_.contains(parent_of(at->first));
        at = orphan ? durable_names_.erase(at) : std::next(at);
    }
    for (auto& [path, entry] : durable_names_) {
        if (entry.file) survive(path, *entry.file);
    }
    names_ = durable_names_;
    power_ = true;
    cut_at_ = ~std::uint64_t{0};
}

void SimulatedDisk::survive_names(const std::string& directory,
                                  const std::vector<NameChange>& changes) {
    std::mt19937_64 random(hash(seed_ * 31 + boots_, directory));
    const auto kept = below(random, changes.size() + 1);
    for (std::size_t i = 0; i < kept; ++i)
        apply(durable_names_, changes[i]);
}

void SimulatedDisk::survive(const std::string& path, DiskFile& file) {
    std::mt19937_64 random(hash(seed_ * 31 + boots_, path));
    if (!file.pending.empty()) {
        const auto fate = below(random, 8);
        const bool truncated = std::ranges::any_of(file.pending, &PendingWrite::truncates);
        if (fate == 0) {
            for (const auto& write : file.pending)
                apply_to(file.durable, write);
        } else if (fate <= 4 || (truncated && fate <= 6)) {
            survive_torn(file, random);
        } else if (fate <= 6) {
            survive_scattered(file, random);
        }  // else nothing of it
    }
    file.pending.clear();
    file.now = file.durable;
}

// The first writes, and a part of the next.
void SimulatedDisk::survive_torn(DiskFile& file, std::mt19937_64& random) {
    const auto whole = below(random, file.pending.size() + 1);
    for (std::size_t i = 0; i < whole; ++i)
        apply_to(file.durable, file.pending[i]);
    if (whole == file.pending.size() || file.pending[whole].truncates) return;
    PendingWrite torn = file.pending[whole];
    torn.bytes.resize(below(random, torn.bytes.size() + 1));
    apply_to(file.durable, torn);
}

// Any sectors of any writes; a file that had grown may have its size without its content.
void SimulatedDisk::survive_scattered(DiskFile& file, std::mt19937_64& random) {
    const auto odds = 1 + below(random, 7);  // of eight
    const bool keeps_size = below(random, 2) == 0;
    for (const auto& write : file.pending) {
        for (std::size_t at = 0; at < write.bytes.size();) {
            const std::size_t to_border = sector - (write.offset + at) % sector;
            const std::size_t size = std::min(to_border, write.bytes.size() - at);
            if (below(random, 8) < odds) {
                apply_to(file.durable, {write.offset + at, write.bytes.substr(at, size)});
            }
            at += size;
        }
    }
    if (keeps_size && file.durable.size() < file.now.size()) file.durable.resize(file.now.size());
}

void SimulatedDisk::fail_sync(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    sync_fault_ = nth;
}

void SimulatedDisk::fail_directory_sync(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    directory_fault_ = nth;
}

void SimulatedDisk::fail_read(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    read_fault_ = nth;
}

void SimulatedDisk::tear_write(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    write_fault_ = nth;
}

void SimulatedDisk::limit_space(std::uint64_t free) {
    const std::lock_guard lock(mutex_);
    free_space_ = free;
}

void SimulatedDisk::end_faults() {
    const std::lock_guard lock(mutex_);
    sync_fault_ = directory_fault_ = read_fault_ = write_fault_ = 0;
    free_space_.reset();
    fault_happened_ = false;
}

bool SimulatedDisk::fault_happened() const {
    const std::lock_guard lock(mutex_);
    return fault_happened_;
}

bool SimulatedDisk::flip(const std::string& path, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(path);
    if (found == names_.end() || !found->second.file) return false;
    auto& file = *found->second.file;
    if (offset >= file.durable.size() || offset >= file.now.size()) return false;
    file.durable[offset] = static_cast<char>(file.durable[offset] ^ 0x5A);
    file.now[offset] = static_cast<char>(file.now[offset] ^ 0x5A);
    return true;
}

}  // namespace banter::power
