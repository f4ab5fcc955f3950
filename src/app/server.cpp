#include "app/server.hpp"

#include <fmt/core.h>
#include <functional>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <thread>

#include "app/address.hpp"
#include "app/blocking.hpp"
#include "app/composition.hpp"
#include "app/startup_error.hpp"
#include "app/version.hpp"
#include "base/thread_name.hpp"
#include "gateway/api.hpp"
#include "gateway/http_server.hpp"
#include "gateway/session_context.hpp"

namespace banter::app {
namespace {

constexpr auto housekeeping_interval = std::chrono::minutes(1);
constexpr auto reconnect_spread = std::chrono::seconds(5);
// For commits that are under way when the server stops.
constexpr auto finish_time = std::chrono::seconds(5);

// Everything of one shard that faces clients.
struct Front {
    std::unique_ptr<gateway::SessionContext> context;
    std::unique_ptr<gateway::Api> api;
    std::unique_ptr<gateway::HttpServer> server;
};

// Before the first thread starts, so that no thread is ended by what sigwait is for.
sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

struct ClaimedAddress {
    Address address;  // with the real port
    gateway::PortClaim claim;
};

ClaimedAddress claim(const std::string& text, const std::string& field) {
    Address address = Address::parse(text, field);
    try {
        gateway::PortClaim claim(address.host, address.port);
        address.port = claim.port();
        return {std::move(address), std::move(claim)};
    } catch (const std::exception& error) {
        throw StartupError(Exit::address_in_use,
                           "Nothing can listen on " + address.text() + " (" + error.what() +
                               "); stop what uses it or set '" + field + "' to another address.");
    }
}

class Server {
public:
    Server(const Config& config, sigset_t signals);
    ~Server();

    int run();

private:
    void listen();
    void build_front(std::size_t index);
    gateway::SessionLimits session_limits() const;
    gateway::Readiness readiness() const;
    void start_threads();
    void start_housekeeping();
    void announce();
    int wait_for_signal();
    void drain();
    void finish_work();
    void on_every_shard(const std::function<void(std::size_t)>& work);
    void pass_mail();
    std::size_t open_sessions();
    void stop_threads();

    const Config& config_;
    sigset_t signals_;
    ClaimedAddress listen_claim_;
    ClaimedAddress admin_claim_;
    Address listen_;
    Address admin_;
    Composition parts_;
    gateway::ApiServices services_;
    gateway::SessionMetrics session_metrics_;
    std::vector<Front> fronts_;
    std::unique_ptr<gateway::Api> admin_api_;
    std::unique_ptr<gateway::Api> control_api_;
    std::unique_ptr<gateway::HttpServer> admin_server_;
    std::unique_ptr<gateway::HttpServer> control_server_;
    std::vector<std::thread> threads_;
    std::atomic<bool> draining_{false};
    base::Timer housekeeping_;
};

std::vector<std::string> origins_of(const Config& config, const Address& listen,
                                    const std::string& public_url) {
    auto origins = config.allowed_origins;
    origins.push_back(public_url);
    if (config.public_url.empty() && listen.is_loopback()) {
        origins.push_back("http://localhost:" + std::to_string(listen.port));
    }
    return origins;
}

std::string public_url_of(const Config& config, const Address& listen) {
    std::string url = config.public_url.empty() ? "http://" + listen.text() : config.public_url;
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

Server::Server(const Config& config, sigset_t signals)
    : config_(config),
      signals_(signals),
      listen_claim_(claim(config.listen, "listen")),
      admin_claim_(claim(config.admin_listen, "admin_listen")),
      listen_(listen_claim_.address),
      admin_(admin_claim_.address),
      parts_(config),
      services_{parts_.accounts,
                parts_.devices,
                parts_.contacts,
                parts_.chats,
                parts_.reports,
                parts_.presence,
                parts_.metrics,
                [this] { return readiness(); },
                public_url_of(config, listen_),
                {},
                std::string(version)},
      session_metrics_{
          parts_.metrics.gauge("banter_sessions_open", "WebSocket sessions that said hello"),
          parts_.metrics.counter("banter_sessions_opened_total", "Sessions opened"),
          parts_.metrics.counter("banter_frames_received_total", "Frames that clients sent"),
          parts_.metrics.counter("banter_frames_refused_total", "Frames answered by an error"),
          parts_.metrics.counter("banter_slow_readers_total", "Sessions closed with 4008")} {
    services_.allowed_origins = origins_of(config, listen_, services_.public_url);
    fronts_.resize(parts_.shards.list.size());
    for (std::size_t i = 0; i < fronts_.size(); ++i)
        build_front(i);
    auto& first = *parts_.shards.list.front();
    admin_api_ = std::make_unique<gateway::Api>(services_, gateway::Face::admin, nullptr, first);
    control_api_ =
        std::make_unique<gateway::Api>(services_, gateway::Face::control, nullptr, first);
    admin_server_ =
        std::make_unique<gateway::HttpServer>(first, *admin_api_, gateway::HttpLimits{});
    control_server_ =
        std::make_unique<gateway::HttpServer>(first, *control_api_, gateway::HttpLimits{});
}

Server::~Server() {
    stop_threads();
}

gateway::SessionLimits Server::session_limits() const {
    gateway::SessionLimits limits;
    limits.window = config_.limits.window;
    limits.connection.buffer_bytes = config_.limits.session_buffer_bytes;
    limits.frames.text_bytes = config_.limits.text_bytes;
    limits.rates = rate_limits(config_);
    return limits;
}

void Server::build_front(std::size_t index) {
    auto& front = fronts_[index];
    auto& shard = *parts_.shards.list[index];
    front.context.reset(new gateway::SessionContext{
        index, parts_.accounts, parts_.devices, parts_.chats, parts_.presence,
        *parts_.sessions.registries[index], parts_.store, parts_.clock, parts_.random,
        session_limits(), session_metrics_, *parts_.sessions.tables[index]});
    front.api = std::make_unique<gateway::Api>(services_, gateway::Face::client,
                                               front.context.get(), shard);
    front.server = std::make_unique<gateway::HttpServer>(shard, *front.api, gateway::HttpLimits{});
}

gateway::Readiness Server::readiness() const {
    if (draining_) return {false, "The server is shutting down."};
    if (parts_.store.failed()) {
        return {false, "The message store has failed; see the log, then restart the server."};
    }
    return {true, {}};
}

int Server::run() {
    start_threads();
    auto& first = *parts_.shards.list.front();
    wait_or_throw<std::size_t>(first, [this] { return parts_.chats.recover(); });
    listen();
    start_housekeeping();
    announce();
    const int code = wait_for_signal();
    drain();
    finish_work();
    stop_threads();
    base::log::info("server.stopped");
    return code;
}

void Server::start_threads() {
    for (const auto& shard : parts_.shards.list) {
        threads_.emplace_back([&shard] {
            base::name_thread("shard " + std::to_string(shard->index()));
            shard->run();
        });
    }
}

void Server::listen() {
    try {
        for (std::size_t i = 0; i < fronts_.size(); ++i) {
            run_and_wait(parts_.shards.view[i], [this, i] {
                parts_.sessions.tables[i]->start();
                fronts_[i].server->listen_tcp(listen_.host, listen_.port, true);
            });
        }
        run_and_wait(parts_.shards.view[0], [this] {
            admin_server_->listen_tcp(admin_.host, admin_.port, true);
            control_server_->listen_unix(parts_.directory.control_socket_path());
        });
        listen_claim_.claim.release();
        admin_claim_.claim.release();
    } catch (const std::exception& error) {
        throw StartupError(Exit::address_in_use,
                           std::string("The server cannot listen: ") + error.what() + ".");
    }
}

// Every minute: chats that nobody uses leave the memory, tokens that have ended the directory.
void Server::start_housekeeping() {
    auto& first = *parts_.shards.list.front();
    first.post([this, &first] {
        housekeeping_ = first.after(housekeeping_interval, [this] {
            parts_.chats.forget_idle();
            base::spawn(parts_.accounts.purge_expired(), [](const base::Result<std::size_t>& done) {
                if (!done) base::log::warn("purge.failed", {{"detail", done.error().detail}});
            });
            start_housekeeping();
        });
    });
}

// Tests and scripts read these lines.
void Server::announce() {
    auto& first = *parts_.shards.list.front();
    const auto claim_token = wait_or_throw<std::optional<std::string>>(
        first, [this] { return parts_.accounts.new_claim(); });
    fmt::print("Banter is ready: http://{}\n", listen_.text());
    fmt::print("Admin: http://{}\n", admin_.text());
    fmt::print("Data: {}\n", parts_.directory.path().string());
    if (claim_token) {
        fmt::print("Claim this server: {}/#claim={}\n", services_.public_url, *claim_token);
    }
    std::fflush(stdout);
    base::log::info(
        "server.ready",
        {{"listen", listen_.text()}, {"admin_listen", admin_.text()}, {"version", version}});
    if (!listen_.is_loopback() && config_.registration == accounts::Registration::open) {
        base::log::warn("registration.open", {{"advice",
                                               "anyone who reaches this address can sign up; set "
                                               "registration to 'invite' or 'closed'"}});
    }
}

int Server::wait_for_signal() {
    int signal = 0;
    sigwait(&signals_, &signal);
    base::log::info("server.draining", {{"signal", signal}});
    return static_cast<int>(Exit::ok);
}

std::size_t Server::open_sessions() {
    std::size_t open = 0;
    for (std::size_t i = 0; i < fronts_.size(); ++i) {
        run_and_wait(parts_.shards.view[i], [&] { open += parts_.sessions.tables[i]->size(); });
    }
    return open;
}

// Everyone is told to come back, and gets the time to take what is under way.
void Server::drain() {
    draining_ = true;
    // Nowhere may a connection begin once anybody has been told.
    on_every_shard([this](std::size_t i) { fronts_[i].server->stop_accepting(); });
    on_every_shard([this](std::size_t i) {
        fronts_[i].server->close_idle();
        parts_.sessions.tables[i]->drain(parts_.random, reconnect_spread);
    });
    const auto deadline = parts_.clock.steady() + std::chrono::seconds(config_.server.drain_s);
    while (open_sessions() > 0 && parts_.clock.steady() < deadline) {
        const timespec pause{0, 20'000'000};
        if (sigtimedwait(&signals_, nullptr, &pause) > 0) break;  // asked again: now
    }
}

void Server::on_every_shard(const std::function<void(std::size_t)>& work) {
    for (std::size_t i = 0; i < fronts_.size(); ++i)
        run_and_wait(parts_.shards.view[i], [&] { work(i); });
}

// Lets the shards do what they have posted to each other, through the longest chain of hops.
void Server::pass_mail() {
    constexpr int longest_chain = 8;
    for (int hop = 0; hop < longest_chain; ++hop)
        on_every_shard([](std::size_t) {});
}

// Ends what is left and lets everything that is under way come to its end while the shards still
// run: commits are answered, ends of sessions written.
void Server::finish_work() {
    on_every_shard([this](std::size_t i) {
        parts_.sessions.tables[i]->abort();
        fronts_[i].server->close_all();
    });
    run_and_wait(parts_.shards.view[0], [this] {
        for (auto* server : {admin_server_.get(), control_server_.get()}) {
            server->stop_accepting();
            server->close_all();
        }
        housekeeping_.cancel();
    });
    pass_mail();
    const auto deadline = parts_.clock.steady() + finish_time;
    const auto busy = [this] {
        bool any = false;
        on_every_shard([&](std::size_t i) { any |= !parts_.chats.idle(i); });
        return any;
    };
    while (busy() && parts_.clock.steady() < deadline) {
        const timespec pause{0, 5'000'000};
        sigtimedwait(&signals_, nullptr, &pause);
    }
    parts_.store.close();
    pass_mail();
    parts_.database.close();
    pass_mail();
}

void Server::stop_threads() {
    for (const auto& shard : parts_.shards.list)
        shard->stop();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    threads_.clear();
}

void start_log(const Config& config) {
    try {
        base::log::start(config.log.level, config.log.file);
    } catch (const std::runtime_error& error) {
        throw StartupError(Exit::usage, error.what());
    }
}

}  // namespace

int serve(const Config& config) {
    const sigset_t signals = block_stop_signals();
    start_log(config);
    try {
        Server server(config, signals);
        const int code = server.run();
        base::log::flush();
        return code;
    } catch (const adapters::embedded::DataDirectoryError& error) {
        throw StartupError(Exit::data_directory, error.what());
    }
}

}  // namespace banter::app
