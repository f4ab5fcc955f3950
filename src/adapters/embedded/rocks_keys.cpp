#include "adapters/embedded/rocks_keys.hpp"

namespace banter::adapters::embedded {

std::string end_of_prefix(rocksdb::Slice prefix) {
    std::string end = prefix.ToString();
    while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF)
        end.pop_back();
    if (!end.empty()) ++end.back();
    return end;
}

std::uint64_t KeyReader::number(std::size_t size) {
    if (rest_.size() < size) {
        short_ = true;
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value = value << 8 | static_cast<unsigned char>(rest_[i]);
    }
    rest_.remove_prefix(size);
    return value;
}

domain::Uuid KeyReader::uuid() {
    domain::Uuid uuid;
    if (rest_.size() < uuid.bytes.size()) {
        short_ = true;
        return uuid;
    }
    std::memcpy(uuid.bytes.data(), rest_.data(), uuid.bytes.size());
    rest_.remove_prefix(uuid.bytes.size());
    return uuid;
}

std::optional<MessageAddress> parse_message_key(rocksdb::Slice key) {
    KeyReader reader(key);
    MessageAddress address;
    address.chat = {reader.uuid()};
    const auto bucket = reader.number(4);
    address.seq = {reader.number(8)};
    if (!reader.valid() || bucket != bucket_of(address.seq)) return std::nullopt;
    return address;
}

std::optional<domain::ChatId> parse_head_key(rocksdb::Slice key) {
    KeyReader reader(key);
    const domain::ChatId chat{reader.uuid()};
    if (!reader.valid()) return std::nullopt;
    return chat;
}

std::optional<ports::SendKey> parse_send_key(rocksdb::Slice key) {
    KeyReader reader(key);
    ports::SendKey send;
    send.sender = {reader.number(8)};
    send.device = {reader.number(8)};
    send.client_id = {reader.uuid()};
    if (!reader.valid()) return std::nullopt;
    return send;
}

std::optional<MessageAddress> parse_step_key(rocksdb::Slice key) {
    KeyReader reader(key);
    MessageAddress address;
    address.chat = {reader.uuid()};
    const auto bucket = reader.number(4);
    reader.number(8);
    const auto kind = reader.number(1);
    address.seq = {reader.number(8)};
    if (!reader.valid() || kind > 1 || bucket != bucket_of(address.seq)) return std::nullopt;
    return address;
}

std::optional<TouchedAddress> parse_touched_key(rocksdb::Slice key) {
    KeyReader reader(key);
    TouchedAddress address;
    const auto mark = reader.number(1);
    address.epoch = reader.number(8);
    address.chat = {reader.uuid()};
    if (!reader.valid() || mark != touched_mark) return std::nullopt;
    return address;
}

}  // namespace banter::adapters::embedded
