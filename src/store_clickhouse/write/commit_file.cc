#include "store_clickhouse/write/commit_file.h"

#include <algorithm>

#include "base/hash.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::string_view kMagic = "pdns batch 1\n";
constexpr std::size_t kHash = sizeof(std::uint64_t);
constexpr std::uint64_t kSeed = 0;

std::string_view ReadSized(Cursor& cursor) { return AsText(cursor.Read(cursor.Varint())); }

std::optional<record::SourceId> DecodeSourceKey(std::string_view key) {
  Cursor cursor(AsBytes(key));
  const std::string_view prefix = AsText(cursor.Read(kSourcePrefix.size()));
  record::SourceId id;
  const Bytes digest = cursor.Read(id.first_frame.size());
  std::copy(digest.begin(), digest.end(), id.first_frame.begin());
  id.variant = cursor.U32();
  if (!cursor.AtEnd() || prefix != kSourcePrefix) return std::nullopt;
  return id;
}

}  // namespace

void PartHash::AddBlock(std::string_view block) { part_.hash = Hash64(AsBytes(block), part_.hash); }

void PartHash::Add(std::string_view piece) {
  part_.size += piece.size();
  while (!piece.empty()) {
    const std::string_view next = piece.substr(0, kBlock - begun_.size());
    piece.remove_prefix(next.size());
    if (begun_.empty() && next.size() == kBlock) {
      AddBlock(next);
      continue;
    }
    begun_ += next;
    if (begun_.size() < kBlock) continue;
    AddBlock(begun_);
    begun_.clear();
  }
}

CommitRecord::Part PartHash::Finish() {
  if (!begun_.empty()) AddBlock(begun_);
  begun_.clear();
  return part_;
}

CommitRecord::Part PartOf(std::string_view body) {
  PartHash hash;
  hash.Add(body);
  return hash.Finish();
}

std::string CommitBytes(const CommitRecord& commit) {
  std::string bytes(kMagic);
  AppendVarint(bytes, commit.parts.size());
  for (const CommitRecord::Part& part : commit.parts) {
    AppendVarint(bytes, part.size);
    AppendU64(bytes, part.hash);
  }
  AppendVarint(bytes, commit.sources.size());
  for (const record::SourcePosition& source : commit.sources) {
    AppendSized(bytes, SourceKey(source.id));
    AppendSized(bytes, PositionText(source.position));
  }
  AppendU64(bytes, Hash64(AsBytes(bytes), kSeed));
  return bytes;
}

std::optional<CommitRecord> DecodeCommit(Bytes bytes) {
  if (bytes.size() < kMagic.size() + kHash) return std::nullopt;
  const Bytes body = bytes.first(bytes.size() - kHash);
  if (Cursor(bytes.last(kHash)).U64() != Hash64(body, kSeed)) return std::nullopt;
  Cursor cursor(body);
  if (AsText(cursor.Read(kMagic.size())) != kMagic) return std::nullopt;
  CommitRecord commit;
  // Every round reads a byte at least, or fails the cursor: the loops end with the bytes.
  for (std::uint64_t left = cursor.Varint(); left > 0 && cursor.ok(); --left) {
    const std::uint64_t size = cursor.Varint();
    commit.parts.push_back({size, cursor.U64()});
  }
  for (std::uint64_t left = cursor.Varint(); left > 0 && cursor.ok(); --left) {
    const auto id = DecodeSourceKey(ReadSized(cursor));
    const auto position = DecodePositionText(ReadSized(cursor));
    if (!id.has_value() || !position.has_value()) return std::nullopt;
    commit.sources.push_back({*id, *position});
  }
  if (!cursor.AtEnd()) return std::nullopt;
  return commit;
}

}  // namespace pdns::store_clickhouse
