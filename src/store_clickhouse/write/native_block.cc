#include "store_clickhouse/write/native_block.h"

#include <array>

#include "base/bytes.h"
#include "store_clickhouse/little_endian.h"

namespace pdns::store_clickhouse {

void NativeBlock::AddKey(const Key& key) {
  ++rows_;
  kinds_.push_back(static_cast<char>(key.kind));
  AppendSized(keys_, key.key);
  AppendLittle(types_, key.rrtype);
  AppendSized(owners_, key.owner);
  AppendSized(rdata_, key.rdata);
}

void NativeBlock::Add(const Key& key, const record::History& history) {
  AddKey(key);
  states_.Append(history);
}

void NativeBlock::Add(const Key& key, const Numbers& numbers) {
  AddKey(key);
  states_.AppendNumbers(numbers.first, numbers.last, numbers.count, numbers.reasons);
}

std::size_t NativeBlock::size() const {
  return kinds_.size() + keys_.size() + types_.size() + owners_.size() + rdata_.size() +
         states_.size();
}

std::string NativeBlock::Bytes() const {
  constexpr std::size_t kHead = 1024;
  const std::array columns{&kinds_,       &keys_,           &types_,          &owners_,
                           &rdata_,       &states_.first,   &states_.last,    &states_.cnt,
                           &states_.zone, &states_.reasons, &states_.sensors, &states_.days};
  std::string bytes;
  bytes.reserve(size() + kHead);
  AppendVarint(bytes, columns.size());
  AppendVarint(bytes, rows_);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    AppendSized(bytes, Columns()[i].name);
    AppendSized(bytes, Columns()[i].type);
    bytes += *columns[i];
  }
  return bytes;
}

}  // namespace pdns::store_clickhouse
