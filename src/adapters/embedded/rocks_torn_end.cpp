#include "adapters/embedded/rocks_torn_end.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <rocksdb/env.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace banter::adapters::embedded {
namespace {

// The format of RocksDB's logs
// (https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format): blocks of 32 KiB hold
// fragments of records; a fragment is its checksum, its length, its type and its payload, and does
// not cross the end of a block.
constexpr std::size_t block_size = 32768;
constexpr std::size_t header_size = 7;
enum class Type : std::uint8_t { whole = 1, first = 2, middle = 3, last = 4 };

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t masked_checksum(std::string_view type_and_payload) {
    Crc32c crc;
    crc.process_bytes(type_and_payload.data(), type_and_payload.size());
    const std::uint32_t sum = crc.checksum();
    return ((sum >> 15) | (sum << 17)) + 0xA282EAD8U;
}

std::uint32_t little_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
}

struct Fragment {
    Type type;
    std::size_t end;  // offset behind it
};

// The fragment at `offset`, if a sound one begins there.
std::optional<Fragment> fragment_at(std::string_view log, std::size_t offset) {
    if (offset + header_size > log.size()) return std::nullopt;
    const auto type = static_cast<std::uint8_t>(log[offset + 6]);
    if (type < static_cast<int>(Type::whole) || type > static_cast<int>(Type::last)) {
        return std::nullopt;
    }
    const std::size_t length = little_endian(log.substr(offset + 4, 2));
    const std::size_t end = offset + header_size + length;
    if (end > log.size() || offset % block_size + header_size + length > block_size) {
        return std::nullopt;
    }
    const auto checksum = little_endian(log.substr(offset, 4));
    if (checksum != masked_checksum(log.substr(offset + 6, 1 + length))) return std::nullopt;
    return Fragment{static_cast<Type>(type), end};
}

bool begins_record(Type type) {
    return type == Type::whole || type == Type::first;
}

struct Scan {
    std::size_t sound = 0;   // behind the last record up to which all are
    std::size_t broken = 0;  // the first fragment that is not; the size when there is none
};

Scan scan(std::string_view log) {
    std::size_t sound = 0;
    std::size_t offset = 0;
    bool inside = false;
    while (offset < log.size()) {
        const std::size_t left = block_size - offset % block_size;
        if (left < header_size) {
            offset += left;
            continue;
        }
        const auto fragment = fragment_at(log, offset);
        if (!fragment || begins_record(fragment->type) == inside) break;
        offset = fragment->end;
        inside = fragment->type == Type::first || fragment->type == Type::middle;
        if (!inside) sound = offset;
    }
    return {sound, std::min(offset, log.size())};
}

bool record_begins_behind(std::string_view log, std::size_t offset) {
    for (std::size_t at = offset; at < log.size(); ++at) {
        const auto fragment = fragment_at(log, at);
        if (fragment && begins_record(fragment->type)) return true;
    }
    return false;
}

enum class Write { one_record, several_records };

bool cut_torn_end(rocksdb::Env& env, const std::string& file, Write write) {
    std::string log;
    if (!rocksdb::ReadFileToString(&env, file, &log).ok()) return false;
    const auto [sound, broken] = scan(log);
    if (sound == log.size()) return false;
    if (write == Write::one_record && record_begins_behind(log, broken)) return false;
    std::unique_ptr<rocksdb::WritableFile> opened;
    auto status = rocksdb::WriteStringToFile(&env, log, file + ".torn", true);
    if (status.ok()) status = env.ReopenWritableFile(file, &opened, rocksdb::EnvOptions{});
    if (status.ok()) status = opened->Truncate(sound);
    if (status.ok()) status = opened->Sync();
    if (status.ok()) status = opened->Close();
    if (!status.ok()) {
        base::log::error("store.torn_end_kept", {{"file", file}, {"error", status.ToString()}});
        return false;
    }
    base::log::warn("store.torn_end_cut", {{"file", file}, {"bytes", log.size() - sound}});
    return true;
}

// The newest write-ahead log with content: older ones were whole before it was begun.
std::optional<std::string> newest_log(rocksdb::Env& env, const std::filesystem::path& path) {
    std::vector<std::string> names;
    if (!env.GetChildren(path.string(), &names).ok()) return std::nullopt;
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(".log"); });
    std::ranges::sort(names, std::greater{});  // numbers with leading zeros
    for (const auto& name : names) {
        const std::string file = (path / name).string();
        std::uint64_t size = 0;
        if (env.GetFileSize(file, &size).ok() && size > 0) return file;
    }
    return std::nullopt;
}

std::optional<std::string> manifest(rocksdb::Env& env, const std::filesystem::path& path) {
    std::string name;
    if (!rocksdb::ReadFileToString(&env, (path / "CURRENT").string(), &name).ok()) {
        return std::nullopt;
    }
    while (!name.empty() && name.back() == '\n')
        name.pop_back();
    if (!name.starts_with("MANIFEST-")) return std::nullopt;
    return (path / name).string();
}

}  // namespace

bool cut_torn_ends(rocksdb::Env& env, const std::filesystem::path& path) {
    const auto log = newest_log(env, path);
    const bool cut_log = log && cut_torn_end(env, *log, Write::one_record);
    const auto current = manifest(env, path);
    const bool cut_manifest = current && cut_torn_end(env, *current, Write::several_records);
    return cut_log || cut_manifest;
}

}  // namespace banter::adapters::embedded
