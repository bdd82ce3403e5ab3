// The interpreter itself: a mistake in a conversation is found and named.
#include "tests/harness/script.h"

#include <string>

#include "gtest/gtest.h"
#include "protocols/consensus/raft.h"

namespace harness {
namespace {

// Nodes that campaign as soon as they time out.
const std::string kPlain = "config pre_vote off\nconfig check_quorum off\n";

// What playing the text comes to: the transcript, or the mistake.
std::string Played(const std::string& text) {
  Script<raft::Node> script;
  const auto played = Play("story.txt", text, script);
  return played.ok() ? *played : std::string(played.status().message());
}

TEST(Script, AnswersWithWhatTheNodesReallyDid) {
  const std::string said = "# One node is a majority of one.\n" + kPlain +
                           "quietly nodes 1\n\nexpire n0 Election\n----\nn0 flies to the moon\n\n";
  EXPECT_EQ(Played(said), "# One node is a majority of one.\n" + kPlain +
                              "quietly nodes 1\n\nexpire n0 Election\n----\n"
                              "n0 writes Voted{t1 -}\nn0 writes Voted{t1 n0}\n"
                              "n0 writes Appended{Entry{t1 Proposal{c0#0 i0 Nothing}}}\n"
                              "n0 arms Election\nn0 arms Election\nn0 cancels Election\nn0 arms Heartbeat\n\n");
}

TEST(Script, AnswersItselfWithTheSame) {
  const std::string once =
      Played(kPlain + "nodes 3\nexpire n0 Election\nsync n0\n\n# Quiet.\nin flight\n\nquietly settle\n");
  EXPECT_EQ(Played(once), once);
}

TEST(Script, NamesTheFileAndLineOfAMistake) {
  EXPECT_EQ(Played("# Hello.\n\nnodes 3\nfly n0\n"), "story.txt:4: no verb is called \"fly\"");
  EXPECT_EQ(Played("nodes 3\n----\nwhatever\n\ndeliver n0->n1\n"), "story.txt:5: nothing like that is in flight");
}

TEST(Script, RefusesWhatCannotHappen) {
  const auto mistake = [](const std::string& lines) {
    const std::string played = Played("quietly nodes 3\n" + lines + "\n");
    return played.substr(played.find(": ") == std::string::npos ? 0 : played.find(": ") + 2);
  };
  EXPECT_EQ(mistake("nodes 3"), "the nodes have started already");
  EXPECT_EQ(mistake("config max_batch 1"), "`config` comes before `nodes`");
  EXPECT_EQ(mistake("expire n0 Heartbeat"), "n0 has no timer \"Heartbeat\" armed");
  EXPECT_EQ(mistake("expire n7 Election"), "there are only 3 nodes");
  EXPECT_EQ(mistake("expire x Election"), "want a node such as n1, got \"x\"");
  EXPECT_EQ(mistake("sync n0"), "n0 has nothing to sync");
  EXPECT_EQ(mistake("sync n0 n1"), "n0 has nothing to sync");
  EXPECT_EQ(mistake("restart n0"), "n0 is not down");
  EXPECT_EQ(mistake("crash n0\nexpire n0 Election"), "n0 is down");
  EXPECT_EQ(mistake("crash n0 keeping 1"), "n0 has written only 0");
  EXPECT_EQ(mistake("deliver n0"), "want a link such as n0->n1, got \"n0\"");
  EXPECT_EQ(mistake("request c1 n0 put 1 2"), "want a request id such as c1#1");
  EXPECT_EQ(mistake("request c1#1 n0 steal 1 2"), "no Operation is called \"steal\"");
  EXPECT_EQ(mistake("request c1#1 n0 put 1 2 3 4 - n1 5"), "too many words: \"5\"");
  EXPECT_EQ(mistake("state n0 Leader"), "n0 has no Leader");
  EXPECT_EQ(mistake("in orbit"), "want `in flight`");
  EXPECT_EQ(mistake("choose"), "want an answer to a draw here");
  EXPECT_EQ(mistake("choose 1"), "a choice was never drawn");
  EXPECT_EQ(mistake("choose n0 0"), "want an answer to a draw, got \"n0\"");
  EXPECT_EQ(mistake("expect violated vote-once"), "vote-once is not the one that is violated");
  EXPECT_EQ(Played("expire n0 Election\n"), "story.txt:1: want `nodes N` first");
  EXPECT_EQ(Played("nodes 0\n"), "story.txt:1: want 1 to 64 nodes");
  EXPECT_EQ(Played("config speed 1\n"), "story.txt:1: no parameter \"speed\"");
}

// The story of tests/testdata/raft/forgetful_disk.txt.
const std::string kTwoVotes =
    kPlain +
    "quietly nodes 3\nquietly expire n0 Election\nquietly expire n2 Election\nquietly sync all\n"
    "quietly deliver n0->n1\nquietly sync n1\nquietly crash n1 keeping 0\nquietly restart n1\n"
    "quietly deliver n2->n1\nquietly sync n1\n";

TEST(Script, AViolationThatNobodyExpectsFailsTheConversation) {
  const std::string why = "vote-once is violated: n1 voted for n0 in t1 and then for n2 in t1";
  EXPECT_EQ(Played(kTwoVotes), "story.txt:12: " + why);
  EXPECT_EQ(Played(kTwoVotes + "expect holds\n"), "story.txt:13: " + why);
  EXPECT_EQ(Played(kTwoVotes + "expect violated election-safety\n"),
            "story.txt:13: election-safety is not the one that is violated");
  const std::string expected = kTwoVotes + "expect violated vote-once\n";
  EXPECT_EQ(Played(expected), expected);
}

TEST(Script, TheNewestMessageOvertakes) {
  const std::string story = kPlain +
                            "quietly nodes 2\nquietly expire n0 Election\nquietly expire n0 Election\nquietly sync n0\n"
                            "quietly deliver n0->n1 newest\nin flight\n";
  EXPECT_EQ(Played(story), story + "----\nn0->n1 RequestVote{t1 i0 t0 no no}\n");
}

TEST(Script, ALostOrRepeatedMessageIsStillOneMessage) {
  const std::string story =
      kPlain +
      "quietly nodes 2\nquietly expire n0 Election\nquietly sync n0\nquietly repeat n0->n1\nquietly drop *->n1 all\n"
      "in flight\n";
  EXPECT_EQ(Played(story), story + "----\nnothing in flight\n");
}

TEST(Script, ShowsOnlyThePartsOfANodeThatItIsAskedFor) {
  const std::string story = "quietly nodes 2\n\nstate n1 Adopted Follower\n----\n";
  EXPECT_EQ(Played(story), story + "n1: [Adopted{i0 n0 n1}]\nn1: Follower{- -}\n");
}

// --- values -------------------------------------------------------------------------

enum class Colour : std::uint8_t { kRed, kBlue };
struct Inner {
  core::NodeId node{};
  std::optional<std::uint32_t> maybe;
};
struct Everything {
  Colour colour{};
  bool flag{};
  std::string word;
  Inner inner;
  std::uint64_t number = 9;
};

TEST(ParseValue, ReadsFieldsInTheirOrder) {
  Line line("blue yes hello n3 - 7");
  Everything value;
  ParseValue(line, value);
  EXPECT_TRUE(line.Mistake().ok()) << line.Mistake();
  EXPECT_EQ(core::Text(value), "Everything{Blue yes hello Inner{n3 -} 7}");
}

TEST(ParseValue, LeavesOutTheLast) {
  Line line("red no word");
  Everything value;
  ParseValue(line, value);
  EXPECT_TRUE(line.Mistake().ok());
  EXPECT_EQ(value.number, 9u);
}

TEST(ParseValue, SaysWhatItWanted) {
  const auto mistake = [](const std::string& words) {
    Line line(words);
    Everything value;
    ParseValue(line, value);
    return std::string(line.Mistake().message());
  };
  EXPECT_EQ(mistake("green"), "no Colour is called \"green\"");
  EXPECT_EQ(mistake("red maybe"), "want yes or no, got \"maybe\"");
  EXPECT_EQ(mistake("red yes word c3"), "want a node such as n1, got \"c3\"");
  EXPECT_EQ(mistake("red yes word n3 4 many"), "want a number, got \"many\"");
  EXPECT_EQ(mistake("red yes word n3 4 5 6"), "too many words: \"6\"");
}

// --- draws ----------------------------------------------------------------------------

TEST(Scripted, AnswersInTurnAndWithinBounds) {
  Scripted chooser;
  chooser.answers = {2, 5};
  EXPECT_EQ(chooser.Choose({core::Purpose::kNode, 1, 0, 0}, 3), 2u);
  EXPECT_EQ(chooser.mistake, "");
  EXPECT_EQ(chooser.Choose({core::Purpose::kNode, 1, 0, 1}, 3), 0u);
  EXPECT_EQ(chooser.mistake, "n1 draws a number below 3, the script chose 5");
  EXPECT_EQ(chooser.Choose({core::Purpose::kNode, 1, 0, 2}, 3), 0u);
  EXPECT_EQ(chooser.mistake, "n1 draws a number below 3: `choose` one first");
}

}  // namespace
}  // namespace harness
