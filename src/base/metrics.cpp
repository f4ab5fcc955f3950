#include "base/metrics.hpp"

#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace banter::base {
namespace {

class RealCounter final : public Counter {
public:
    explicit RealCounter(prometheus::Counter& counter) : counter_(counter) {}
    void add(double amount) override { counter_.Increment(amount); }

private:
    prometheus::Counter& counter_;
};

class RealGauge final : public Gauge {
public:
    explicit RealGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
    void set(double value) override { gauge_.Set(value); }
    void add(double amount) override { gauge_.Increment(amount); }

private:
    prometheus::Gauge& gauge_;
};

class RealHistogram final : public Histogram {
public:
    explicit RealHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
    void observe(double value) override { histogram_.Observe(value); }

private:
    prometheus::Histogram& histogram_;
};

}  // namespace

struct Metrics::Impl {
    std::mutex mutex;
    prometheus::Registry registry;
    std::map<std::string, std::unique_ptr<Counter>> counters;
    std::map<std::string, std::unique_ptr<Gauge>> gauges;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help) {
    const std::scoped_lock lock(impl_->mutex);
    auto& known = impl_->counters[name];
    if (!known) {
        auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
        known = std::make_unique<RealCounter>(family.Add({}));
    }
    return *known;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help) {
    const std::scoped_lock lock(impl_->mutex);
    auto& known = impl_->gauges[name];
    if (!known) {
        auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
        known = std::make_unique<RealGauge>(family.Add({}));
    }
    return *known;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& bounds) {
    const std::scoped_lock lock(impl_->mutex);
    auto& known = impl_->histograms[name];
    if (!known) {
        auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
        known = std::make_unique<RealHistogram>(family.Add({}, bounds));
    }
    return *known;
}

std::string Metrics::render() const {
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace banter::base
