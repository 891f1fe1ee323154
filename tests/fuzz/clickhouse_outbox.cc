// The promise of a batch in the outbox: any bytes; what is read is written as the same bytes again.
#include <string>

#include "base/hash.h"
#include "check.h"
#include "store_clickhouse/write/commit_file.h"

namespace {

void Check(pdns::Bytes bytes) {
  const auto commit = pdns::store_clickhouse::DecodeCommit(bytes);
  if (!commit.has_value()) return;
  MUST_HOLD(pdns::store_clickhouse::CommitBytes(*commit) == pdns::AsText(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  Check(bytes);
  // With the hash that it asks for, which no fuzzer finds.
  std::string sealed("pdns batch 1\n");
  pdns::AppendBytes(sealed, bytes);
  pdns::AppendU64(sealed, pdns::Hash64(pdns::AsBytes(sealed), 0));
  Check(pdns::AsBytes(sealed));
  return 0;
}
