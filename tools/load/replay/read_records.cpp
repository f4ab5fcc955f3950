#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

#include "load/json_scan.hpp"
#include "load/replay/conversation.hpp"

namespace banter::load {
namespace {

struct CloseFile {
    void operator()(gzFile file) const { gzclose(file); }
};
using File = std::unique_ptr<std::remove_pointer_t<gzFile>, CloseFile>;

std::optional<Record::Kind> kind_of(std::string_view name) {
    if (name == "message") return Record::Kind::message;
    if (name == "join") return Record::Kind::join;
    if (name == "leave") return Record::Kind::leave;
    if (name == "rename") return Record::Kind::rename;
    return std::nullopt;
}

// Nothing: a kind that is not known here.
std::optional<Record> parse(std::string_view line, std::size_t number) {
    Record record;
    std::string kind;
    const bool object = scan_object(line, [&](std::string_view name, std::string_view value) {
        if (name == "at") record.at = decode_string(value);
        if (name == "chat") record.chat = decode_string(value);
        if (name == "kind") kind = decode_string(value);
        if (name == "user") record.user = decode_string(value);
        if (name == "text") record.text = decode_string(value);
        if (name == "to") record.to = decode_string(value);
    });
    if (!object || record.at.empty() || record.chat.empty() || record.user.empty()) {
        throw std::runtime_error(fmt::format("Line {} is no record of a conversation.", number));
    }
    const auto known = kind_of(kind);
    if (!known) return std::nullopt;
    record.kind = *known;
    return record;
}

}  // namespace

std::vector<Record> read_records(const std::string& path) {
    const File file(gzopen(path.c_str(), "rb"));
    if (!file) throw std::runtime_error("Cannot open " + path + ".");
    std::vector<Record> records;
    std::array<char, 65536> piece;
    std::string line;
    std::size_t number = 0;
    while (gzgets(file.get(), piece.data(), static_cast<int>(piece.size())) != nullptr) {
        line += piece.data();
        if (line.back() != '\n' && gzeof(file.get()) == 0) continue;
        ++number;
        if (line != "\n") {
            if (auto record = parse(line, number)) records.push_back(std::move(*record));
        }
        line.clear();
    }
    int error = Z_OK;
    const char* message = gzerror(file.get(), &error);
    if (error != Z_OK && error != Z_STREAM_END) {
        throw std::runtime_error("Cannot read " + path + ": " + message + ".");
    }
    return records;
}

}  // namespace banter::load
