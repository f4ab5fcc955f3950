#include "load/net/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace banter::load {
namespace {

// Names of headers do not depend on case (RFC 9110 §5.1).
bool is_named(std::string_view line, std::string_view name) {
    if (line.size() <= name.size() || line[name.size()] != ':') return false;
    return std::ranges::equal(line.substr(0, name.size()), name,
                              [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

std::string_view header(std::string_view head, std::string_view name) {
    std::size_t at = head.find("\r\n");
    while (at != std::string_view::npos) {
        at += 2;
        const auto line = head.substr(at, head.find("\r\n", at) - at);
        if (is_named(line, name)) {
            const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
            return value == std::string_view::npos ? std::string_view() : line.substr(value);
        }
        at = head.find("\r\n", at);
    }
    return {};
}

std::size_t number(std::string_view digits, int base) {
    std::size_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return value;
}

// RFC 9112 §7.1. Returns the length of the chunked body; 0 when it is not complete.
std::size_t parse_chunks(std::string_view bytes, std::string& body) {
    std::size_t at = 0;
    while (true) {
        const std::size_t line = bytes.find("\r\n", at);
        if (line == std::string_view::npos) return 0;
        const std::size_t size = number(bytes.substr(at, line - at), 16);
        if (bytes.size() < line + 2 + size + 2) return 0;
        body.append(bytes.substr(line + 2, size));
        at = line + 2 + size + 2;
        if (size == 0) return at;
    }
}

std::string encode(const HttpRequest& request, const std::string& host) {
    std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.path,
                                  host);
    if (!request.token.empty()) out += "Authorization: Bearer " + request.token + "\r\n";
    if (!request.body.empty() || request.method == "POST") {
        out += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n",
                           request.body.size());
    }
    return out + "\r\n" + request.body;
}

}  // namespace

std::size_t parse_response(std::string_view bytes, HttpResponse& response, bool& keep_alive) {
    const std::size_t head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return 0;
    const auto head = bytes.substr(0, head_end + 2);
    if (head.size() < 12) return 0;
    response.status = static_cast<int>(number(head.substr(9, 3), 10));
    response.body.clear();
    const auto connection = header(head, "Connection");
    keep_alive = connection != "close" && connection != "Close";
    const std::size_t start = head_end + 4;
    if (response.status == 204 || response.status == 304) return start;
    if (header(head, "Transfer-Encoding") == "chunked") {
        const std::size_t length = parse_chunks(bytes.substr(start), response.body);
        return length == 0 ? 0 : start + length;
    }
    const std::size_t length = number(header(head, "Content-Length"), 10);
    if (bytes.size() < start + length) return 0;
    response.body = bytes.substr(start, length);
    return start + length;
}

class HttpClient::Connection : Stream::Owner {
public:
    explicit Connection(HttpClient& client) : client_(client), stream_(client.loop_, *this) {}

    bool free() const { return !busy_; }

    void run(Job job) {
        job_ = std::move(job);
        busy_ = true;
        input_.clear();
        if (stream_.open()) {
            stream_.output() += encode(job_.request, client_.address_.host);
        } else {
            stream_.connect(client_.address_);
        }
    }

private:
    void on_connected() override {
        stream_.output() += encode(job_.request, client_.address_.host);
    }

    void on_bytes(std::span<char> bytes) override {
        input_.append(bytes.data(), bytes.size());
        HttpResponse response;
        bool keep_alive = true;
        if (!busy_ || parse_response(input_, response, keep_alive) == 0) return;
        if (!keep_alive) stream_.close();
        answer(response);
    }

    void on_disconnected(const std::string& why) override {
        if (!busy_) return;
        if (input_.empty() && !job_.retried) {
            job_.retried = true;
            stream_.connect(client_.address_);
            return;
        }
        answer({0, why});
    }

    void answer(const HttpResponse& response) {
        busy_ = false;
        const Job job = std::move(job_);
        job.callback(response);
        client_.dispatch();
    }

    HttpClient& client_;
    Stream stream_;
    Job job_;
    bool busy_ = false;
    std::string input_;
};

HttpClient::HttpClient(EventLoop& loop, Address address, std::size_t max_connections)
    : loop_(loop), address_(std::move(address)) {
    for (std::size_t i = 0; i < max_connections; ++i) {
        connections_.push_back(std::make_unique<Connection>(*this));
    }
}

HttpClient::~HttpClient() = default;

void HttpClient::request(HttpRequest request, Callback callback) {
    queue_.push_back({std::move(request), std::move(callback)});
    dispatch();
}

void HttpClient::dispatch() {
    for (auto& connection : connections_) {
        if (queue_.empty()) return;
        if (!connection->free()) continue;
        Job job = std::move(queue_.front());
        queue_.pop_front();
        connection->run(std::move(job));
    }
}

HttpResponse HttpClient::request_and_wait(HttpRequest wanted) {
    HttpResponse answer;
    bool answered = false;
    request(std::move(wanted), [&](const HttpResponse& response) {
        answer = response;
        answered = true;
    });
    loop_.run_until([&] { return answered; });
    return answer;
}

}  // namespace banter::load
