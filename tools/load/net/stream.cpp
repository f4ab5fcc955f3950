#include "load/net/stream.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

namespace banter::load {
namespace {

// One buffer for all connections: there is one thread, and bytes are consumed at once.
std::span<char> read_buffer() {
    thread_local std::array<char, 256 * 1024> buffer;
    return buffer;
}

void set_no_delay(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

void Stream::connect(const Address& address) {
    close();
    fd_ = ::socket(address.socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
        loop_.after(nanoseconds(0), [this, why = std::string(std::strerror(errno))] {
            owner_.on_disconnected(why);
        });
        return;
    }
    set_no_delay(fd_);
    connecting_ = true;
    // A refusal is seen as an event as well, so the result of connect() is not needed.
    std::ignore = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address.socket), address.size);
    watched_ = EPOLLOUT;
    token_ = loop_.add(fd_, watched_, *this);
}

void Stream::adopt(int fd) {
    close();
    fd_ = fd;
    set_no_delay(fd_);
    watched_ = EPOLLIN;
    token_ = loop_.add(fd_, watched_, *this);
}

void Stream::close() {
    if (fd_ < 0) return;
    loop_.remove(token_, fd_);
    ::close(fd_);
    fd_ = -1;
    connecting_ = false;
    output_.clear();
}

std::string& Stream::output() {
    if (fd_ >= 0) loop_.flush_later(token_);
    return output_;
}

void Stream::watch(std::uint32_t events) {
    if (events == watched_) return;
    watched_ = events;
    loop_.change(token_, fd_, events);
}

void Stream::fail(const std::string& why) {
    close();
    owner_.on_disconnected(why);
}

void Stream::on_ready(std::uint32_t events) {
    if (connecting_) {
        finish_connecting();
        return;
    }
    if ((events & EPOLLOUT) != 0) on_flush();
    if (fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

void Stream::finish_connecting() {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(std::strerror(error));
    connecting_ = false;
    watch(EPOLLIN);
    owner_.on_connected();
}

// One read a turn: whoever sends much shall not starve the others.
void Stream::receive() {
    const auto buffer = read_buffer();
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got > 0) return owner_.on_bytes(buffer.first(static_cast<std::size_t>(got)));
    if (got == 0) return fail("the server closed the connection");
    if (errno != EAGAIN && errno != EINTR) fail(std::strerror(errno));
}

void Stream::on_flush() {
    if (fd_ < 0 || connecting_ || output_.empty()) return;
    const ssize_t sent = ::send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail(std::strerror(errno));
    if (sent > 0) output_.erase(0, static_cast<std::size_t>(sent));
    watch(output_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

}  // namespace banter::load
