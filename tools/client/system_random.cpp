#include "client/system_random.hpp"

#include <sodium.h>
#include <stdexcept>

namespace banter::client {

SystemRandom::SystemRandom() {
    if (sodium_init() < 0) throw std::runtime_error("The system gives no random numbers.");
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace banter::client
