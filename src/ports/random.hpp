#pragma once

#include <cstdint>
#include <span>

#include "domain/ids.hpp"

namespace banter::ports {

// Where every service takes its randomness from. Any thread.
class Random {
public:
    virtual ~Random() = default;

    // Fills `bytes` with numbers nobody can foresee.
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    // A version 4 UUID (RFC 9562 §5.4).
    domain::Uuid uuid() {
        domain::Uuid uuid;
        fill(uuid.bytes);
        uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
        uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
        return uuid;
    }
};

}  // namespace banter::ports
