#include "cli/profile.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/fields.hpp"
#include "protocol/json_writer.hpp"

namespace banter::cli {
namespace {

namespace fs = std::filesystem;

class File {
public:
    File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags, 0600)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int descriptor() const { return descriptor_; }
    bool is_open() const { return descriptor_ >= 0; }

private:
    int descriptor_;
};

class FileLock : public client::TokenStore::Lock {
public:
    explicit FileLock(const fs::path& path) : file_(path, O_RDWR | O_CREAT | O_CLOEXEC) {
        while (file_.is_open() && ::flock(file_.descriptor(), LOCK_EX) != 0 && errno == EINTR) {
        }
    }

private:
    File file_;
};

client::Result<void> failure(const std::string& what, const fs::path& path) {
    return client::fail(client::Error::Kind::unreachable,
                        "Cannot " + what + " " + path.string() + ": " + std::strerror(errno) + ".");
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

client::Result<void> replace_file(const fs::path& path, std::string_view text) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) {
        errno = error.value();
        return failure("create the folder", path.parent_path());
    }
    fs::permissions(path.parent_path(), fs::perms::owner_all, error);
    const auto fresh = path.string() + ".new-" + std::to_string(::getpid());
    {
        const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
        if (!file.is_open()) return failure("write", fresh);
        if (!write_all(file.descriptor(), text) || ::fsync(file.descriptor()) != 0) {
            return failure("write", fresh);
        }
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return failure("replace", path);
    return {};
}

std::optional<std::string> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::string encode(const StoredSession& session) {
    std::string out;
    {
        protocol::JsonObject object(out);
        object.text("server", session.server).text("username", session.username);
        object.text("user", to_string(session.user)).text("device", to_string(session.device));
        object.text("access_token", session.tokens.access);
        object.text("refresh_token", session.tokens.refresh);
        object.text("expires_at", base::format_rfc3339(session.tokens.expires_at));
    }
    out += '\n';
    return out;
}

std::optional<StoredSession> decode(const std::string& text) {
    const auto document = protocol::JsonDocument::parse(text);
    if (!document) return std::nullopt;
    auto fields = document->fields();
    StoredSession session;
    session.server = fields.text("server");
    session.username = fields.text("username");
    session.user = fields.id<domain::UserId>("user");
    session.device = fields.id<domain::DeviceId>("device");
    session.tokens.access = fields.text("access_token");
    session.tokens.refresh = fields.text("refresh_token");
    const auto expires_at = base::parse_rfc3339(fields.text("expires_at"));
    session.tokens.expires_at = expires_at.value_or(base::Timestamp{});
    if (fields.problem()) return std::nullopt;
    return session;
}

}  // namespace

fs::path Profile::default_folder() {
    // The specification has relative paths ignored.
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && state[0] == '/') return fs::path(state) / "banter";
    const char* home = std::getenv("HOME");
    return fs::path(home == nullptr ? "." : home) / ".local" / "state" / "banter";
}

fs::path Profile::file_of(const client::ServerAddress& server, const std::string& username) const {
    auto name = lower_case(username) + "@" + server.authority() + server.base_path;
    std::ranges::replace(name, '/', '_');
    std::ranges::replace(name, ':', '_');
    return folder_ / (name + ".json");
}

std::optional<StoredSession> Profile::find(const client::ServerAddress& server,
                                           const std::string& username) const {
    const auto text = read_file(file_of(server, username));
    return text ? decode(*text) : std::nullopt;
}

std::optional<StoredSession> Profile::last() const {
    const auto name = read_file(folder_ / "last");
    if (!name || name->find('/') != std::string::npos) return std::nullopt;
    const auto text = read_file(folder_ / *name);
    return text ? decode(*text) : std::nullopt;
}

client::Result<void> Profile::save(const StoredSession& session) const {
    const auto server = client::parse_server_address(session.server);
    if (!server) return std::unexpected(server.error());
    return replace_file(file_of(*server, session.username), encode(session));
}

client::Result<void> Profile::remember_as_last(const StoredSession& session) const {
    const auto server = client::parse_server_address(session.server);
    if (!server) return std::unexpected(server.error());
    return replace_file(folder_ / "last", file_of(*server, session.username).filename().string());
}

ProfileTokenStore::ProfileTokenStore(Profile profile, StoredSession session)
    : profile_(std::move(profile)), session_(std::move(session)) {}

std::unique_ptr<client::TokenStore::Lock> ProfileTokenStore::lock() {
    const auto server = client::parse_server_address(session_.server);
    const auto path = server ? profile_.file_of(*server, session_.username) : fs::path("session");
    return std::make_unique<FileLock>(path.string() + ".lock");
}

client::Result<client::Tokens> ProfileTokenStore::load() {
    const std::scoped_lock guard(mutex_);
    const auto server = client::parse_server_address(session_.server);
    if (!server) return std::unexpected(server.error());
    const auto stored = profile_.find(*server, session_.username);
    // Without the file this program still has what it began with.
    if (stored) session_ = *stored;
    if (!session_.tokens.access.empty()) return session_.tokens;
    client::Error error;
    error.code = base::ErrorCode::unauthorized;
    error.detail = "This device is signed out.";
    return std::unexpected(error);
}

client::Result<void> ProfileTokenStore::save(const client::Tokens& tokens) {
    const std::scoped_lock guard(mutex_);
    session_.tokens = tokens;
    return profile_.save(session_);
}

}  // namespace banter::cli
