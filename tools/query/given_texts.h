// A command line, parsed -> [GivenTexts] -> texts by name, for query/text/from_texts.h.
#pragma once

#include "query/text/named_texts.h"

namespace boost::program_options {
class variables_map;
}

namespace pdns::tools {

// All that was given, but for what Boost fills in. A flag has an empty text, and none
// if it is false. The positional words
// are called "q" if they were declared as "name", else by their own name. Any thread.
query::NamedTexts GivenTexts(const boost::program_options::variables_map& values);

}  // namespace pdns::tools
