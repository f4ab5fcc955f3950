// Whatever the order in which rows of one key are written, and wherever the store is reopened in
// between, what is read is the join of all of them.
#include <algorithm>
#include <rapidcheck.h>

#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

using domain::ChatId;
using domain::Marks;
using domain::Seq;
using domain::UserId;

struct Write {
    std::uint64_t user = 0;  // of three
    std::uint64_t delivered = 0;
    std::uint64_t read = 0;
    std::int64_t at = 0;
    bool same_batch = false;  // as the write before
};

rc::Gen<Write> any_write() {
    return rc::gen::build<Write>(
        rc::gen::set(&Write::user, rc::gen::inRange<std::uint64_t>(1, 4)),
        rc::gen::set(&Write::delivered, rc::gen::inRange<std::uint64_t>(0, 50)),
        rc::gen::set(&Write::read, rc::gen::inRange<std::uint64_t>(0, 50)),
        rc::gen::set(&Write::at, rc::gen::inRange<std::int64_t>(0, 50)),
        rc::gen::set(&Write::same_batch));
}

std::ostream& operator<<(std::ostream& out, const Write& write) {
    return out << "user " << write.user << " delivered " << write.delivered << " read "
               << write.read << " at " << write.at << (write.same_batch ? " same batch" : "");
}

// One case of the property: users and a chat of its own in a store that all cases share.
template <class Engine>
class Case {
public:
    Case(Engine& engine, std::uint64_t number) : engine_(engine), number_(number) {}

    UserId user(std::uint64_t user) const { return {number_ * 10 + user}; }

    // `reopen_before`: that write; none when there is no such write.
    void commit_all(const std::vector<Write>& writes, std::size_t reopen_before) {
        ports::CommitBatch batch;
        for (std::size_t i = 0; i < writes.size(); ++i) {
            if (!writes[i].same_batch) commit(std::exchange(batch, {}));
            if (i == reopen_before) engine_.reopen();
            add_rows(batch, writes[i]);
        }
        commit(std::move(batch));
    }

    void check_user(UserId user, const std::vector<Write>& writes) {
        Marks marks;
        std::int64_t at = 0;
        Seq delivered;
        Seq read;
        bool written = false;
        for (const auto& write : writes) {
            if (this->user(write.user) != user) continue;
            written = true;
            marks = domain::merge(marks, {{write.delivered}, {write.read}});
            at = std::max(at, write.at);
            delivered = std::max(delivered, Seq{write.delivered});
            read = std::max(read, Seq{write.read});
        }
        const auto rows = engine_.executor().run(engine_.store().marks(chat())).value();
        const auto mine = std::ranges::find(rows, user, &ports::MarksRow::user);
        RC_ASSERT((mine != rows.end()) == written);
        const auto cursors = engine_.executor().run(engine_.store().cursors(user, {9})).value();
        const auto inbox = engine_.executor().run(engine_.store().entries(user)).value();
        RC_ASSERT(cursors.size() == (written ? 1u : 0u));
        RC_ASSERT(inbox.size() == (written ? 1u : 0u));
        if (!written) return;
        RC_ASSERT(mine->marks == marks);
        RC_ASSERT(mine->at == at_millisecond(at));
        RC_ASSERT(cursors[0].delivered == delivered);
        RC_ASSERT(inbox[0].seq == read);
        RC_ASSERT(inbox[0].preview == text_message(chat(), read.value).content.text);
    }

private:
    ChatId chat() const { return chat_number(number_); }

    void commit(ports::CommitBatch batch) {
        RC_ASSERT(engine_.executor().run(engine_.store().commit(std::move(batch))).has_value());
    }

    void add_rows(ports::CommitBatch& batch, const Write& write) {
        const UserId user = this->user(write.user);
        const Marks marks{{write.delivered}, {write.read}};
        batch.marks.push_back({chat(), user, marks, at_millisecond(write.at)});
        batch.cursors.push_back({user, {9}, chat(), {write.delivered}});
        const auto message = text_message(chat(), write.read);
        batch.inbox.push_back(
            {user, chat(), message.seq, message.id, message.at, message.content.text});
    }

    Engine& engine_;
    std::uint64_t number_;
};

template <class Engine>
class MessageStoreProperties : public testing::Test {};

TYPED_TEST_SUITE(MessageStoreProperties, StoreEngines, StoreEngineNames);

TYPED_TEST(MessageStoreProperties, RowsThatNeverGoBackAreJoinedInAnyOrder) {
    TypeParam engine;
    engine.without_syncs();
    std::uint64_t number = 0;
    EXPECT_TRUE(rc::check([&] {
        const auto writes = *rc::gen::container<std::vector<Write>>(any_write());
        const auto reopen_before = *rc::gen::inRange<std::size_t>(0, 8 * writes.size() + 1);
        Case<TypeParam> one(engine, ++number);
        one.commit_all(writes, reopen_before);
        for (std::uint64_t user = 1; user <= 3; ++user)
            one.check_user(one.user(user), writes);
    }));
}

}  // namespace
}  // namespace banter::contract
