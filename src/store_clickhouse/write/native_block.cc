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

Status NativeBlock::WriteTo(const PieceSink& sink) const {
  const std::array columns{&kinds_,       &keys_,           &types_,          &owners_,
                           &rdata_,       &states_.first,   &states_.last,    &states_.cnt,
                           &states_.zone, &states_.reasons, &states_.sensors, &states_.days};
  std::string head;
  AppendVarint(head, columns.size());
  AppendVarint(head, rows_);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    AppendSized(head, Columns()[i].name);
    AppendSized(head, Columns()[i].type);
    if (Status written = sink(head); !written.ok()) return written;
    if (Status written = sink(*columns[i]); !written.ok()) return written;
    head.clear();
  }
  return {};
}

std::string NativeBlock::Bytes() const {
  std::string bytes;
  static_cast<void>(WriteTo([&bytes](std::string_view piece) {
    bytes += piece;
    return Status();
  }));
  return bytes;
}

}  // namespace pdns::store_clickhouse
