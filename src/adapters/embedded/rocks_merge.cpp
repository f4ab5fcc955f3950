#include "adapters/embedded/rocks_merge.hpp"

#include <algorithm>

#include "adapters/embedded/rocks_records.hpp"

namespace banter::adapters::embedded {
namespace {

using rocksdb::Slice;

// Joins rows one after the other. `Fold` has add(row), false when the row is damaged, and finish(),
// which either writes `joined` or points `chosen` at one of the rows.
template <class Fold>
class Join final : public rocksdb::MergeOperator {
public:
    bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
        Fold fold;
        if (in.existing_value != nullptr && !fold.add(*in.existing_value)) return false;
        for (const auto& row : in.operand_list) {
            if (!fold.add(row)) return false;
        }
        fold.finish(out->new_value, out->existing_operand);
        return true;
    }

    bool PartialMergeMulti(const Slice&, const std::deque<Slice>& rows, std::string* joined,
                           rocksdb::Logger*) const override {
        Fold fold;
        for (const auto& row : rows) {
            if (!fold.add(row)) return false;
        }
        Slice chosen(nullptr, 0);
        fold.finish(*joined, chosen);
        if (chosen.data() != nullptr) joined->assign(chosen.data(), chosen.size());
        return true;
    }

    const char* Name() const override { return Fold::name; }
};

struct LargestSeq {
    // Stored in the database's options: it must stay.
    static constexpr const char* name = "banter.largest_seq";

    bool add(const Slice& row) {
        const auto found = records::leading_number(row.ToStringView());
        if (!found) return false;
        if (largest.data() == nullptr || *found > seq) {
            largest = row;
            seq = *found;
        }
        return true;
    }
    void finish(std::string&, Slice& chosen) const { chosen = largest; }

    Slice largest{nullptr, 0};
    std::uint64_t seq = 0;
};

struct MergedMarks {
    static constexpr const char* name = "banter.merged_marks";

    bool add(const Slice& row) {
        const auto found = records::decode_marks(row.ToStringView(), {}, {});
        if (!found) return false;
        merged.marks = domain::merge(merged.marks, found->marks);
        merged.at = first ? found->at : std::max(merged.at, found->at);
        first = false;
        return true;
    }
    void finish(std::string& joined, Slice&) const { joined = records::encode(merged); }

    ports::MarksRow merged;
    bool first = true;
};

class ExpiredSends final : public rocksdb::CompactionFilter {
public:
    explicit ExpiredSends(std::int64_t oldest) : oldest_(oldest) {}

    Decision FilterV2(int, const Slice&, ValueType, const Slice& value, std::string*,
                      std::string*) const override {
        const auto at = records::leading_number(value.ToStringView());
        const bool expired = at && static_cast<std::int64_t>(*at) < oldest_;
        return expired ? Decision::kRemove : Decision::kKeep;
    }
    const char* Name() const override { return "banter.expired_sends"; }

private:
    std::int64_t oldest_;  // milliseconds since 1970
};

class SendsExpire final : public rocksdb::CompactionFilterFactory {
public:
    explicit SendsExpire(std::chrono::hours lifetime) : lifetime_(lifetime) {}

    std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
        const rocksdb::CompactionFilter::Context&) override {
        const auto oldest = std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now() - lifetime_);
        return std::make_unique<ExpiredSends>(oldest.time_since_epoch().count());
    }
    const char* Name() const override { return "banter.sends_expire"; }

private:
    std::chrono::hours lifetime_;
};

}  // namespace

std::shared_ptr<rocksdb::MergeOperator> largest_seq_remains() {
    return std::make_shared<Join<LargestSeq>>();
}

std::shared_ptr<rocksdb::MergeOperator> marks_are_merged() {
    return std::make_shared<Join<MergedMarks>>();
}

std::shared_ptr<rocksdb::CompactionFilterFactory> sends_expire(std::chrono::hours lifetime) {
    return std::make_shared<SendsExpire>(lifetime);
}

}  // namespace banter::adapters::embedded
