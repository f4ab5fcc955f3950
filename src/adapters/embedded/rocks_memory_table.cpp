#include "adapters/embedded/rocks_memory_table.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <rocksdb/version.h>
#include <utility>
#include <vector>

namespace banter::adapters::embedded {
namespace {

using rocksdb::MemTableRep;
using rocksdb::Slice;

// MemoryTable::Get relies on what this version does with an iterator.
static_assert(ROCKSDB_MAJOR == 7 && ROCKSDB_MINOR == 8, "look at MemTableRep::Get again");

constexpr int max_height = 12;
constexpr std::uint32_t branching = 4;  // one node in so many reaches the next level

// An entry is, frozen by RocksDB: length of the internal key (varint32), internal key, value. The
// internal key is the user key and 8 bytes that count the writes, little-endian.
constexpr std::size_t count_bytes = 8;

Slice internal_key_of(const char* entry) {
    std::uint32_t length = 0;
    for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(*entry++);
        length |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
        if (byte < 0x80) break;
    }
    return {entry, length};
}

std::uint64_t count_of(Slice internal_key) {
    std::uint64_t count = 0;
    std::memcpy(&count, internal_key.data() + internal_key.size() - count_bytes, count_bytes);
    return std::endian::native == std::endian::little ? count : std::byteswap(count);
}

// The first 8 bytes of the user key, so that most comparisons are of two numbers.
std::uint64_t leading_bytes(Slice internal_key) {
    std::uint64_t bytes = 0;
    const auto size = std::min<std::size_t>(internal_key.size() - count_bytes, sizeof bytes);
    std::memcpy(&bytes, internal_key.data(), size);
    return std::endian::native == std::endian::little ? std::byteswap(bytes) : bytes;
}

// RocksDB's order: the user key as bytes, and of equal ones the later write first.
int compare(Slice one, Slice other) {
    const std::size_t one_size = one.size() - count_bytes;
    const std::size_t other_size = other.size() - count_bytes;
    const int bytes = std::memcmp(one.data(), other.data(), std::min(one_size, other_size));
    if (bytes != 0) return bytes;
    if (one_size != other_size) return one_size < other_size ? -1 : 1;
    const std::uint64_t one_count = count_of(one);
    const std::uint64_t other_count = count_of(other);
    if (one_count == other_count) return 0;
    return one_count > other_count ? -1 : 1;
}

// What a search compares with.
struct Target {
    explicit Target(Slice internal_key) : key(internal_key), leading(leading_bytes(internal_key)) {}

    Slice key;
    std::uint64_t leading;
};

// Followed in memory by the links of its levels above the first, and these by its entry.
struct Node {
    std::uint64_t leading = 0;
    std::int32_t height = 0;
    std::atomic<Node*> links[1] = {nullptr};

    Node* next(int level) const { return link(level).load(std::memory_order_acquire); }
    void set_next(int level, Node* node) { link(level).store(node, std::memory_order_release); }

    std::atomic<Node*>& link(int level) const {
        return const_cast<std::atomic<Node*>*>(links)[level];
    }
    char* entry() const {
        return reinterpret_cast<char*>(const_cast<std::atomic<Node*>*>(links) + height);
    }
    bool before(const Target& target) const {
        if (leading != target.leading) return leading < target.leading;
        return compare(internal_key_of(entry()), target.key) < 0;
    }

    static std::size_t size(int height) {
        return sizeof(Node) + sizeof(std::atomic<Node*>) * static_cast<std::size_t>(height - 1);
    }
    static Node* make(char* memory, int height) {
        Node* node = new (memory) Node;
        node->height = height;
        for (int level = 1; level < height; ++level) {
            new (&node->link(level)) std::atomic<Node*>(nullptr);
        }
        return node;
    }
};

// Memory for iterators. RocksDB destroys some of them in place and deletes the others, so their
// memory belongs to the table that made them.
class IteratorMemory {
public:
    explicit IteratorMemory(std::size_t size) : size_(size) {}
    ~IteratorMemory() {
        for (void* memory : free_)
            ::operator delete(memory);
    }
    IteratorMemory(const IteratorMemory&) = delete;
    IteratorMemory& operator=(const IteratorMemory&) = delete;

    void* take() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return ::operator new(size_);
        void* memory = free_.back();
        free_.pop_back();
        return memory;
    }
    void give_back(void* memory) {
        const std::lock_guard lock(mutex_);
        free_.push_back(memory);
    }

private:
    std::size_t size_;
    std::mutex mutex_;
    std::vector<void*> free_;  // guarded by mutex_
};

// The first base of an iterator, so that its memory is given back as the very last thing.
class BorrowedMemory {
public:
    // Of nobody: the iterator lives elsewhere.
    BorrowedMemory() = default;
    BorrowedMemory(IteratorMemory& lender, void* memory) : lender_(&lender), memory_(memory) {}
    ~BorrowedMemory() {
        if (lender_ != nullptr) lender_->give_back(memory_);
    }
    BorrowedMemory(const BorrowedMemory&) = delete;
    BorrowedMemory& operator=(const BorrowedMemory&) = delete;

private:
    IteratorMemory* lender_ = nullptr;
    void* memory_ = nullptr;
};

class MemoryTable final : public MemTableRep {
public:
    explicit MemoryTable(rocksdb::Allocator* allocator);

    rocksdb::KeyHandle Allocate(std::size_t length, char** entry) override;
    void Insert(rocksdb::KeyHandle handle) override;
    bool Contains(const char* entry) const override;
    void Get(const rocksdb::LookupKey& key, void* arguments,
             bool (*callback)(void*, const char*)) override;
    std::size_t ApproximateMemoryUsage() override { return 0; }
    Iterator* GetIterator(rocksdb::Arena* arena) override;
    Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override;

    const Node* first() const { return head_->next(0); }
    const Node* last() const;
    // The first node that is not before the target, and the last one that is; nullptr: none.
    const Node* at_or_after(const Target& target) const;
    const Node* before(const Target& target) const;

private:
    class Cursor;

    char* allocate_aligned(std::size_t size);
    int random_height();

    // An iterator that lives on the stack of Get, on its way to the call of RocksDB's that asks
    // for one.
    static thread_local Cursor* lent_;

    IteratorMemory iterators_;
    Node* head_;
    std::atomic<int> height_{1};
    std::uint32_t random_ = 0x9E3779B9;
};

class MemoryTable::Cursor final : BorrowedMemory, public MemTableRep::Iterator {
public:
    explicit Cursor(const MemoryTable& table) : table_(table) {}
    Cursor(const MemoryTable& table, IteratorMemory& lender, void* memory)
        : BorrowedMemory(lender, memory), table_(table) {}

    bool Valid() const override { return node_ != nullptr; }
    const char* key() const override { return node_->entry(); }
    void Next() override { node_ = node_->next(0); }
    void Prev() override { node_ = table_.before(Target(internal_key_of(node_->entry()))); }
    void Seek(const Slice& key, const char*) override { node_ = table_.at_or_after(Target(key)); }
    void SeekForPrev(const Slice& key, const char*) override {
        const Target target(key);
        node_ = table_.at_or_after(target);
        const bool found = node_ && compare(internal_key_of(node_->entry()), key) == 0;
        if (!found) node_ = table_.before(target);
    }
    void SeekToFirst() override { node_ = table_.first(); }
    void SeekToLast() override { node_ = table_.last(); }

    // Its memory has gone back already.
    static void operator delete(void*) {}

private:
    const MemoryTable& table_;
    const Node* node_ = nullptr;
};

thread_local MemoryTable::Cursor* MemoryTable::lent_ = nullptr;

MemoryTable::MemoryTable(rocksdb::Allocator* allocator)
    : MemTableRep(allocator),
      iterators_(sizeof(Cursor)),
      head_(Node::make(allocate_aligned(Node::size(max_height)), max_height)) {}

// The memory lives as long as the table.
char* MemoryTable::allocate_aligned(std::size_t size) {
    char* memory = nullptr;
    MemTableRep::Allocate(size + alignof(Node) - 1, &memory);
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    return memory + (-address & (alignof(Node) - 1));
}

int MemoryTable::random_height() {
    int height = 1;
    while (height < max_height) {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 17;
        random_ ^= random_ << 5;
        if (random_ % branching != 0) break;
        ++height;
    }
    return height;
}

rocksdb::KeyHandle MemoryTable::Allocate(std::size_t length, char** entry) {
    const int height = random_height();
    Node* node = Node::make(allocate_aligned(Node::size(height) + length), height);
    *entry = node->entry();
    return node;
}

void MemoryTable::Insert(rocksdb::KeyHandle handle) {
    auto* node = static_cast<Node*>(handle);
    const Target target(internal_key_of(node->entry()));
    node->leading = target.leading;
    if (node->height > height_.load(std::memory_order_relaxed)) {
        height_.store(node->height, std::memory_order_relaxed);
    }
    std::array<Node*, max_height> before{};
    Node* at = head_;
    for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
        Node* next = at->next(level);
        while (next != nullptr && next->before(target)) {
            at = next;
            next = at->next(level);
        }
        before[static_cast<std::size_t>(level)] = at;
        if (level < node->height) node->set_next(level, next);
    }
    // Bottom up, so that a reader who finds it on one level finds it on those below.
    for (int level = 0; level < node->height; ++level) {
        before[static_cast<std::size_t>(level)]->set_next(level, node);
    }
}

const Node* MemoryTable::at_or_after(const Target& target) const {
    const Node* at = head_;
    const Node* next = nullptr;
    for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
        next = at->next(level);
        while (next != nullptr && next->before(target)) {
            at = next;
            next = at->next(level);
        }
    }
    return next;
}

const Node* MemoryTable::before(const Target& target) const {
    const Node* at = head_;
    for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
        const Node* next = at->next(level);
        while (next != nullptr && next->before(target)) {
            at = next;
            next = at->next(level);
        }
    }
    return at == head_ ? nullptr : at;
}

const Node* MemoryTable::last() const {
    const Node* at = head_;
    for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
        while (const Node* next = at->next(level))
            at = next;
    }
    return at == head_ ? nullptr : at;
}

bool MemoryTable::Contains(const char* entry) const {
    const Slice key = internal_key_of(entry);
    const Node* found = at_or_after(Target(key));
    return found != nullptr && compare(internal_key_of(found->entry()), key) == 0;
}

// RocksDB keeps to itself what a LookupKey is made of, but its own Get takes it apart: it asks for
// an iterator, seeks, and leaves the iterator behind. The one it gets here is not lost by that.
void MemoryTable::Get(const rocksdb::LookupKey& key, void* arguments,
                      bool (*callback)(void*, const char*)) {
    Cursor cursor(*this);
    lent_ = &cursor;
    MemTableRep::Get(key, arguments, callback);
}

MemTableRep::Iterator* MemoryTable::GetIterator(rocksdb::Arena*) {
    void* memory = iterators_.take();
    return ::new (memory) Cursor(*this, iterators_, memory);
}

MemTableRep::Iterator* MemoryTable::GetDynamicPrefixIterator(rocksdb::Arena* arena) {
    if (Cursor* lent = std::exchange(lent_, nullptr)) return lent;
    return GetIterator(arena);
}

class MemoryTables final : public rocksdb::MemTableRepFactory {
public:
    using MemTableRepFactory::CreateMemTableRep;
    MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, rocksdb::Allocator* allocator,
                                   const rocksdb::SliceTransform*, rocksdb::Logger*) override {
        return new MemoryTable(allocator);
    }
    const char* Name() const override { return "banter.memory_table"; }
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> memory_tables() {
    return std::make_shared<MemoryTables>();
}

}  // namespace banter::adapters::embedded
