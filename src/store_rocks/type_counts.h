// How many rows there are of each rrtype: rrtype -> [TypeCounts] -> a number, and which changed.
//
// Resolvers store what strangers send: 65,536 rrtypes, if one likes, 512 KiB here. A batch works on
// a copy of the totals and keeps it once it is stored; so a copy shares its blocks of 256 counts
// with what it was made from until one of both changes them. A batch then costs what it changes: a
// block, and an entry of changed(), for each type.
//
// A value; one thread at a time for all copies of one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "record/rrtype.h"

namespace pdns::store_rocks {

class TypeCounts {
 public:
  static constexpr std::size_t kBlock = 256;
  static constexpr std::size_t kBlocks = 65'536 / kBlock;

  std::uint64_t Of(record::RrType type) const;

  // As it stands in the database: no change.
  void Load(record::RrType type, std::uint64_t count) { Mutable(type) = count; }

  void Add(record::RrType type) { ++Change(type); }
  void Remove(record::RrType type) { --Change(type); }

  // The types whose counts were changed since the last call.
  std::set<record::RrType> DrainChanged() { return std::exchange(changed_, {}); }

  // Every type whose count is not zero, in their order.
  void ForEach(const std::function<void(record::RrType, std::uint64_t)>& call) const;

  // How many blocks it holds that `other` does not share.
  std::size_t BlocksApart(const TypeCounts& other) const;

 private:
  using Block = std::array<std::uint64_t, kBlock>;

  std::uint64_t& Mutable(record::RrType type);
  std::uint64_t& Change(record::RrType type);

  std::array<std::shared_ptr<Block>, kBlocks> blocks_{};  // null: all zero
  std::set<record::RrType> changed_;
};

}  // namespace pdns::store_rocks
