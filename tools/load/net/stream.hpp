#pragma once

#include <span>
#include <string>

#include "load/net/address.hpp"
#include "load/net/event_loop.hpp"

namespace banter::load {

// A non-blocking TCP connection. What is written goes out once per turn of the loop.
class Stream : EventLoop::Handler {
public:
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void on_connected() = 0;
        // May be changed in place; valid during the call.
        virtual void on_bytes(std::span<char> bytes) = 0;
        // The peer or an error ended it; not called after close(). May destroy the stream.
        virtual void on_disconnected(const std::string& why) = 0;
    };

    Stream(EventLoop& loop, Owner& owner) : loop_(loop), owner_(owner) {}
    ~Stream() override { close(); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // The outcome is told by the owner's on_connected or on_disconnected, never at once.
    void connect(const Address& address);
    // Takes over a connected socket.
    void adopt(int fd);
    bool open() const { return fd_ >= 0; }
    // Bytes appended to this go out at the end of the turn.
    std::string& output();
    void close();

private:
    void on_ready(std::uint32_t events) override;
    void on_flush() override;
    void finish_connecting();
    void receive();
    void watch(std::uint32_t events);
    void fail(const std::string& why);

    EventLoop& loop_;
    Owner& owner_;
    int fd_ = -1;
    EventLoop::Token token_ = 0;
    std::uint32_t watched_ = 0;
    bool connecting_ = false;
    std::string output_;
};

}  // namespace banter::load
