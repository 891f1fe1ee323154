#include "render/list.h"

#include <string>

#include "ask/indicator.h"
#include "dns/presentation/rdata_text.h"
#include "dns/text.h"

namespace pdns::render {
void List::Add(const query::Hit& hit) {
  std::string line = kind_ == Kind::kNames ? ask::AsIndicator(dns::NameToText(hit.tuple.owner))
                                           : dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  line.push_back('\n');
  Write(line);
}

}  // namespace pdns::render
