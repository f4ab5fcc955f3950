#pragma once

#include <array>
#include <cstring>
#include <optional>
#include <rocksdb/slice.h>
#include <string>

#include "ports/message_store.hpp"

namespace banter::adapters::embedded {

// Keys of the column families: the Cassandra primary keys as big-endian bytes, so that RocksDB's
// byte order is Cassandra's clustering order.
//
//     messages  chat 16 | bucket 4 | seq 8
//     heads     chat 16
//     sends     sender 8 | device 8 | client id 16
//     inbox     user 8 | chat 16
//     cursors   user 8 | device 8 | chat 16
//     receipts  chat 16 | user 8
//     steps     chat 16 | bucket 4 | user 8 | kind 1 | seq 8
//     meta      'T' 1 | epoch 8 | chat 16
//
// messages: Cassandra clusters by message_id. Here seq stands in its place: within a chat the
// message_id rises strictly with seq (promise P2), so both give the same order, and seq is what
// every reader asks for.

inline constexpr std::uint64_t bucket_size = 16384;

template <std::size_t Size>
class Key {
public:
    Key& add(std::uint8_t value) { return put(value, 1); }
    Key& add(std::uint32_t value) { return put(value, 4); }
    Key& add(std::uint64_t value) { return put(value, 8); }
    Key& add(domain::Seq seq) { return add(seq.value); }
    template <class Tag>
    Key& add(domain::NumberId<Tag> id) {
        return add(id.value);
    }
    template <class Tag>
    Key& add(const domain::UuidId<Tag>& id) {
        std::memcpy(bytes_.data() + used_, id.value.bytes.data(), 16);
        used_ += 16;
        return *this;
    }

    // Also of a part: as the prefix that several keys share.
    rocksdb::Slice slice() const { return {bytes_.data(), used_}; }

private:
    Key& put(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            bytes_[used_ + i] = static_cast<char>(value >> (8 * (size - 1 - i)));
        }
        used_ += size;
        return *this;
    }

    std::array<char, Size> bytes_;
    std::size_t used_ = 0;
};

using MessageKey = Key<28>;
using HeadKey = Key<16>;
using SendRowKey = Key<32>;
using InboxKey = Key<24>;
using CursorKey = Key<32>;
using MarksKey = Key<24>;
using StepKey = Key<37>;
using TouchedKey = Key<25>;

inline std::uint32_t bucket_of(domain::Seq seq) {
    return static_cast<std::uint32_t>(seq.value / bucket_size);
}

inline MessageKey message_key(const domain::ChatId& chat, domain::Seq seq) {
    return MessageKey{}.add(chat).add(bucket_of(seq)).add(seq);
}

inline HeadKey head_key(const domain::ChatId& chat) {
    return HeadKey{}.add(chat);
}

inline SendRowKey send_key(const ports::SendKey& key) {
    return SendRowKey{}.add(key.sender).add(key.device).add(key.client_id);
}

inline InboxKey inbox_key(domain::UserId user, const domain::ChatId& chat) {
    return InboxKey{}.add(user).add(chat);
}

inline CursorKey cursor_key(domain::UserId user, domain::DeviceId device,
                            const domain::ChatId& chat) {
    return CursorKey{}.add(user).add(device).add(chat);
}

inline MarksKey marks_key(const domain::ChatId& chat, domain::UserId user) {
    return MarksKey{}.add(chat).add(user);
}

// Of all steps of one member of one kind in one bucket.
inline StepKey step_prefix(const domain::ChatId& chat, std::uint32_t bucket, domain::UserId user,
                           ports::StepKind kind) {
    return StepKey{}.add(chat).add(bucket).add(user).add(static_cast<std::uint8_t>(kind));
}

inline StepKey step_key(const domain::ChatId& chat, domain::UserId user, ports::StepKind kind,
                        domain::Seq seq) {
    return step_prefix(chat, bucket_of(seq), user, kind).add(seq);
}

inline constexpr std::uint8_t touched_mark = 'T';

inline TouchedKey touched_key(std::uint64_t epoch, const domain::ChatId& chat) {
    return TouchedKey{}.add(touched_mark).add(epoch).add(chat);
}

// The smallest key that is greater than every key with this prefix; empty when there is none.
std::string end_of_prefix(rocksdb::Slice prefix);

// Takes a key apart in the order it was put together. After a key that is too short `valid()` is
// false and every part is zero.
class KeyReader {
public:
    explicit KeyReader(rocksdb::Slice key) : rest_(key) {}

    std::uint64_t number(std::size_t size);
    domain::Uuid uuid();
    // The whole key has been read, and nothing beyond it.
    bool valid() const { return !short_ && rest_.empty(); }

private:
    rocksdb::Slice rest_;
    bool short_ = false;
};

struct MessageAddress {
    domain::ChatId chat;
    domain::Seq seq;
};

// nullopt: not a key of the column family.
std::optional<MessageAddress> parse_message_key(rocksdb::Slice key);
std::optional<domain::ChatId> parse_head_key(rocksdb::Slice key);
std::optional<ports::SendKey> parse_send_key(rocksdb::Slice key);
std::optional<MessageAddress> parse_step_key(rocksdb::Slice key);

struct TouchedAddress {
    std::uint64_t epoch = 0;
    domain::ChatId chat;
};
std::optional<TouchedAddress> parse_touched_key(rocksdb::Slice key);

}  // namespace banter::adapters::embedded
