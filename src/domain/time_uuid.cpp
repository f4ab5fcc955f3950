#include "domain/time_uuid.hpp"

namespace banter::domain {
namespace {

constexpr std::int64_t ticks_per_millisecond = 10'000;
// From 1582-10-15 to 1970-01-01 (RFC 9562 appendix A.1).
constexpr std::int64_t epoch_offset = 0x01B21DD213814000;

}  // namespace

UuidTicks ticks_at(base::Timestamp time) {
    return static_cast<UuidTicks>(time.time_since_epoch().count() * ticks_per_millisecond +
                                  epoch_offset);
}

UuidTicks ticks_of(const MessageId& id) {
    const auto& b = id.value.bytes;
    const auto byte = [&](std::size_t at) { return static_cast<std::uint64_t>(b[at]); };
    const std::uint64_t low = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    const std::uint64_t middle = byte(4) << 8 | byte(5);
    const std::uint64_t high = (byte(6) & 0x0F) << 8 | byte(7);
    return high << 48 | middle << 32 | low;
}

MessageId make_time_uuid(UuidTicks ticks, std::uint64_t node) {
    MessageId id;
    auto& b = id.value.bytes;
    for (std::size_t i = 0; i < 4; ++i)
        b[i] = static_cast<std::uint8_t>(ticks >> (24 - 8 * i));
    b[4] = static_cast<std::uint8_t>(ticks >> 40);
    b[5] = static_cast<std::uint8_t>(ticks >> 32);
    b[6] = static_cast<std::uint8_t>((ticks >> 56 & 0x0F) | 0x10);
    b[7] = static_cast<std::uint8_t>(ticks >> 48);
    b[8] = 0x80;  // variant; the clock sequence stays 0, since ticks never go back in a chat
    b[9] = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        b[10 + i] = static_cast<std::uint8_t>(node >> (40 - 8 * i));
    }
    b[10] |= 0x01;  // multicast: not the address of a network card (RFC 9562 §6.10)
    return id;
}

}  // namespace banter::domain
