#include "query/distinct.h"

#include <cstring>
#include <utility>

#include "dns/presentation/rdata_text.h"

namespace pdns::query {

std::size_t Distinct::ByDigest::operator()(const Sha256Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

bool Distinct::IsFirst(const Hit& hit) {
  std::string one = of_ == Of::kNames ? std::string(AsText(hit.tuple.owner))
                                      : dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  if (order_ == Order::kAny) return told_.insert(Sha256(AsBytes(one))).second;
  const bool first = !any_ || one != last_;
  any_ = true;
  last_ = std::move(one);
  return first;
}

}  // namespace pdns::query
