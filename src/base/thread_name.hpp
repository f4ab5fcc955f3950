#pragma once

#include <pthread.h>
#include <string>

namespace banter::base {

// Names the calling thread for `top -H`, `ps -L` and debuggers. Linux shows 15 bytes of it.
inline void name_thread(const std::string& name) {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace banter::base
