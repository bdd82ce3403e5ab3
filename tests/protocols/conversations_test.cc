// Conversations: each file of tests/testdata/<protocol>/ is a story about that
// protocol; tests/harness/script.h says how to read and write them.
//
// With FAULTLINE_REWRITE_GOLDEN=1 the files are rewritten with what the nodes
// did. Read the difference before you commit it: it is the review.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/clocks/ntp.h"
#include "protocols/consensus/multi_paxos.h"
#include "protocols/consensus/raft.h"
#include "protocols/consensus/zab.h"
#include "protocols/dissemination/async_replication.h"
#include "protocols/dissemination/causal_broadcast.h"
#include "protocols/dissemination/gossip.h"
#include "protocols/dissemination/virtual_synchrony.h"
#include "tests/harness/script.h"

namespace {

using MakeInterpreter = std::unique_ptr<harness::Interpreter> (*)();

template <class N>
std::unique_ptr<harness::Interpreter> Make() {
  return std::make_unique<harness::Script<N>>();
}

// By the name of the folder.
const std::map<std::string, MakeInterpreter>& Protocols() {
  static const std::map<std::string, MakeInterpreter> protocols = {{"async_replication", Make<async_replication::Node>},
                                                                   {"causal_broadcast", Make<causal_broadcast::Node>},
                                                                   {"gossip", Make<gossip::Node>},
                                                                   {"multi_paxos", Make<multi_paxos::Node>},
                                                                   {"ntp", Make<ntp::Node>},
                                                                   {"raft", Make<raft::Node>},
                                                                   {"virtual_synchrony", Make<virtual_synchrony::Node>},
                                                                   {"zab", Make<zab::Node>}};
  return protocols;
}

const std::filesystem::path kTestdata = std::filesystem::path(FAULTLINE_SOURCE_DIR) / "tests" / "testdata";

// "raft/first_election", by name.
std::vector<std::string> Conversations() {
  std::vector<std::string> found;
  for (const auto& [protocol, make] : Protocols()) {
    for (const auto& file : std::filesystem::directory_iterator(kTestdata / protocol)) {
      if (file.path().extension() == ".txt") found.push_back(protocol + "/" + file.path().stem().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Conversation : public testing::TestWithParam<std::string> {};

TEST_P(Conversation, GoesAsWritten) {
  const std::string& name = GetParam();
  const std::filesystem::path path = kTestdata / (name + ".txt");
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const auto interpreter = Protocols().at(name.substr(0, name.find('/')))();
  const auto played = harness::Play("tests/testdata/" + name + ".txt", text.str(), *interpreter);
  ASSERT_TRUE(played.ok()) << played.status().message();
  const char* rewrite = std::getenv("FAULTLINE_REWRITE_GOLDEN");
  if (rewrite != nullptr && std::string(rewrite) == "1")
    std::ofstream(path) << *played;
  else
    EXPECT_EQ(*played, text.str());
}

INSTANTIATE_TEST_SUITE_P(Golden, Conversation, testing::ValuesIn(Conversations()), [](const auto& instance) {
  std::string name = instance.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

}  // namespace
