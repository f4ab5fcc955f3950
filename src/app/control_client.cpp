#include "app/control_client.hpp"

#include <charconv>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/startup_error.hpp"

namespace banter::app {
namespace {

constexpr timeval deadline{30, 0};

class UnixSocket {
public:
    UnixSocket() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    }
    UnixSocket(const UnixSocket&) = delete;
    UnixSocket& operator=(const UnixSocket&) = delete;
    ~UnixSocket() { ::close(fd_); }

    bool connect(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path) return false;
        std::memcpy(address.sun_path, path.data(), path.size());
        return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    bool send_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    std::optional<std::string> read_all() {
        std::string all;
        char buffer[16 * 1024];
        while (true) {
            const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
            if (count < 0) return std::nullopt;
            if (count == 0) return all;
            all.append(buffer, static_cast<std::size_t>(count));
        }
    }

private:
    int fd_;
};

std::optional<ControlAnswer> parse_answer(const std::string& text) {
    const std::size_t head_end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || head_end == std::string::npos) return std::nullopt;
    ControlAnswer answer;
    std::from_chars(text.data() + 9, text.data() + 12, answer.status);
    answer.body = text.substr(head_end + 4);
    return answer;
}

}  // namespace

std::optional<ControlAnswer> ask_server(const std::filesystem::path& socket,
                                        const std::string& method, const std::string& path,
                                        const std::string& body) {
    UnixSocket connection;
    if (!connection.connect(socket.string())) return std::nullopt;
    const std::string request = method + " " + path +
                                " HTTP/1.1\r\nHost: control\r\nConnection: close\r\n"
                                "Content-Type: application/json\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
    if (connection.send_all(request)) {
        if (const auto text = connection.read_all()) {
            if (const auto answer = parse_answer(*text)) return answer;
        }
    }
    throw StartupError(
        Exit::failed, "The running server did not answer on " + socket.string() + "; see its log.");
}

}  // namespace banter::app
