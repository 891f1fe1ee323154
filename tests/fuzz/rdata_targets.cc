// What a record points at: what TargetsOf finds is what the oracle of the unit test finds, inside
// the rdata, and no target twice. Input: rrtype u16 | rdata.
#include <string>
#include <vector>

#include "../unit/dns/targets_oracle.h"
#include "check.h"
#include "dns/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pdns::Cursor cursor({data, size});
  const std::uint16_t type = cursor.U16();
  const pdns::Bytes rest = cursor.Read(cursor.left());
  if (!cursor.ok() || rest.size() > 65535) return 0;
  const std::vector<std::uint8_t> rdata(rest.begin(), rest.end());  // ends where its block ends

  const auto rrtype = static_cast<pdns::record::RrType>(type);
  const pdns::dns::Targets targets = pdns::dns::TargetsOf(rrtype, rdata);
  MUST_HOLD(pdns::dns::testing::AsPlain(targets) ==
            pdns::dns::testing::PlainTargetsOf(type, std::string(pdns::AsText(rdata))));
  MUST_HOLD(targets.size() <= 1 || pdns::dns::MayHaveSeveralTargets(rrtype));
  for (const pdns::dns::Target target : targets) {
    MUST_HOLD(target.bytes.data() == rdata.data() + target.at);
    MUST_HOLD(target.at + target.bytes.size() <= rdata.size());
  }
  return 0;
}
