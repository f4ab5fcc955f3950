#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace banter::base {

// A value that only grows. Any thread.
class Counter {
public:
    virtual ~Counter() = default;
    virtual void add(double amount = 1) = 0;
};

// A value that goes up and down. Any thread.
class Gauge {
public:
    virtual ~Gauge() = default;
    virtual void set(double value) = 0;
    virtual void add(double amount) = 0;
};

// Observations in buckets. Any thread.
class Histogram {
public:
    virtual ~Histogram() = default;
    virtual void observe(double value) = 0;
};

// The program's metrics, in the Prometheus text format (version 0.0.4). Names start with
// `banter_`, counters end in `_total`, durations are in seconds.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // The same name gives the same metric. The reference lives as long as this object.
    Counter& counter(const std::string& name, const std::string& help);
    Gauge& gauge(const std::string& name, const std::string& help);
    Histogram& histogram(const std::string& name, const std::string& help,
                         const std::vector<double>& bounds);

    std::string render() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace banter::base
