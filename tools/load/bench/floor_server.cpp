#include "load/bench/floor_server.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "load/bench/floor_frames.hpp"
#include "load/server_process.hpp"

namespace banter::load {
namespace {

using floor::Header;
using floor::Kind;

struct Connection {
    int fd = -1;
    std::string input;   // an incomplete frame
    std::string output;  // of this turn, or what the socket did not take
    bool queued = false;
};

struct Pair {
    Connection* sender = nullptr;
    Connection* recipient = nullptr;
};

// The child's whole program.
class EchoLoop {
public:
    // `log`: a file to make each turn's frames durable in; -1: none.
    EchoLoop(int listener, const FrameSizes& sizes, int log)
        : listener_(listener), sizes_(sizes), log_(log), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        watch(listener_, nullptr);
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 512> events;
        while (true) {
            const auto room = static_cast<int>(events.size());
            const int count = epoll_wait(epoll_, events.data(), room, queue_.empty() ? -1 : 1);
            for (int i = 0; i < count; ++i) {
                const auto& event = events[static_cast<std::size_t>(i)];
                auto* connection = static_cast<Connection*>(event.data.ptr);
                if (connection == nullptr) {
                    accept_one();
                } else {
                    receive(*connection);
                }
            }
            if (log_ >= 0 && !unsynced_.empty()) make_durable();
            flush();
        }
    }

private:
    void watch(int fd, Connection* connection) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = connection;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    void accept_one() {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto& connection = connections_.emplace_back(std::make_unique<Connection>());
        connection->fd = fd;
        watch(fd, connection.get());
    }

    void receive(Connection& from) {
        const ssize_t got = recv(from.fd, buffer_.data(), buffer_.size(), 0);
        if (got <= 0) {
            epoll_ctl(epoll_, EPOLL_CTL_DEL, from.fd, nullptr);
            return;
        }
        std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
        if (!from.input.empty()) {
            from.input.append(bytes);
            bytes = from.input;
        }
        while (const auto header = floor::first(bytes)) {
            handle(from, *header);
            bytes.remove_prefix(header->size);
        }
        from.input = std::string(bytes);
    }

    void handle(Connection& from, Header header) {
        if (header.pair >= pairs_.size()) pairs_.resize(header.pair + 1);
        auto& pair = pairs_[header.pair];
        if (header.kind == Kind::hello) {
            (header.number == 0 ? pair.sender : pair.recipient) = &from;
        } else if (header.kind == Kind::send) {
            unsynced_.append(sizes_.message, 'm');
            answer(pair.sender, Kind::sent, header, sizes_.sent);
            answer(pair.recipient, Kind::message, header, sizes_.message);
        } else if (header.kind == Kind::received) {
            unsynced_.append(sizes_.received, 'r');
            answer(pair.sender, Kind::receipt, header, sizes_.receipt);
        }
    }

    void answer(Connection* to, Kind kind, Header header, std::size_t size) {
        if (to == nullptr) return;
        header.kind = kind;
        floor::append(to->output, header, size);
        if (!std::exchange(to->queued, true)) queue_.push_back(to);
    }

    void make_durable() {
        const auto size = static_cast<ssize_t>(unsynced_.size());
        if (::write(log_, unsynced_.data(), unsynced_.size()) != size || ::fdatasync(log_) != 0) {
            _exit(1);  // the driver sees its connections end
        }
        unsynced_.clear();
    }

    // What a socket does not take waits for the next turn.
    void flush() {
        std::vector<Connection*> later;
        for (auto* connection : queue_) {
            const ssize_t sent = ::send(connection->fd, connection->output.data(),
                                        connection->output.size(), MSG_NOSIGNAL);
            if (sent > 0) connection->output.erase(0, static_cast<std::size_t>(sent));
            const bool alive = sent >= 0 || errno == EAGAIN;
            connection->queued = alive && !connection->output.empty();
            if (connection->queued) later.push_back(connection);
        }
        queue_ = std::move(later);
    }

    int listener_;
    FrameSizes sizes_;
    int log_;
    int epoll_;
    std::string unsynced_;
    std::array<char, 65536> buffer_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<Pair> pairs_;
    std::vector<Connection*> queue_;
};

int listen_somewhere(Address& address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&any), size) != 0 ||
        listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size) != 0) {
        throw std::runtime_error(std::string("The floor cannot listen: ") + std::strerror(errno));
    }
    std::memcpy(&address.socket, &any, size);
    address.size = size;
    return fd;
}

// A file that is gone with the process.
int open_unnamed(const std::string& folder) {
    return ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

}  // namespace

FloorServer::FloorServer(const FrameSizes& sizes, int share_cores_of_pid, const std::string& disk) {
    const int listener = listen_somewhere(address_);
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error(std::string("Cannot fork: ") + std::strerror(errno));
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(listener, STDERR_FILENO + 1);
        close_range(STDERR_FILENO + 2, ~0U, 0);  // the connections to the server under test
        if (share_cores_of_pid > 0) share_cores_of(share_cores_of_pid);
        const int log = disk.empty() ? -1 : open_unnamed(disk);
        if (!disk.empty() && log < 0) _exit(1);
        EchoLoop(STDERR_FILENO + 1, sizes, log).run();
    }
    ::close(listener);
}

FloorServer::~FloorServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

}  // namespace banter::load
