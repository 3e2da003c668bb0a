package ai.neo.proto.artifact;

import ai.neo.proto.learning.v1.Ensemble;
import ai.neo.proto.learning.v1.Golden;
import ai.neo.proto.learning.v1.Member;
import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The artifact that makes several exact versions one releasable unit: {@link #FIRST_LINE}, then an
 * {@link Ensemble} in protobuf's text format. Pure functions of the bytes, for any thread.
 */
public final class EnsembleFile {
  /** What the file begins with, and how it is recognised. */
  public static final String FIRST_LINE = "# neo-ensemble 1\n";

  public static final int MEMBERS_MIN = 2;
  public static final int MEMBERS_MAX = 16;

  /** Three actions: SELL, HOLD, BUY. */
  public static final int ACTIONS = 3;

  private static final ByteString MAGIC = ByteString.copyFromUtf8("# neo-ensemble ");

  /** Sixteen members with all their weights and some golden rows take a tenth of it. */
  private static final int SIZE_MAX_BYTES = 1 << 20;

  private static final int GOLDEN_MAX = 256;

  private static final String MODEL = "[a-z0-9][a-z0-9-]{0,62}";
  private static final String VERSION = "[1-9][0-9]{0,17}";
  private static final String DIGEST = "[0-9a-f]{64}";

  private EnsembleFile() {}

  static boolean beginsLikeOne(ByteString start) {
    return start.startsWith(MAGIC);
  }

  /** The file of an ensemble. */
  public static ByteString write(Ensemble ensemble) {
    return ByteString.copyFromUtf8(FIRST_LINE + TextFormat.printer().printToString(ensemble));
  }

  /**
   * What the file says, found to be an ensemble; whether its members exist is not looked at.
   *
   * @throws ArtifactRefusedException with what is wrong
   */
  public static Ensemble read(ByteString content) {
    if (content.size() > SIZE_MAX_BYTES) {
      throw refused("it has %d bytes, at most %d".formatted(content.size(), SIZE_MAX_BYTES));
    }
    String text = text(content);
    if (!text.startsWith(FIRST_LINE)) {
      throw refused("its first line is not '" + FIRST_LINE.strip() + "'");
    }
    Ensemble ensemble;
    try {
      ensemble = TextFormat.parse(text, Ensemble.class);
    } catch (TextFormat.ParseException | NumberFormatException e) {
      throw refused("it is no protobuf text: " + e.getMessage());
    }
    check(ensemble);
    return ensemble;
  }

  private static String text(ByteString content) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(content.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw refused("it is not UTF-8");
    }
  }

  private static void check(Ensemble ensemble) {
    int members = ensemble.getMembersCount();
    if (members < MEMBERS_MIN || members > MEMBERS_MAX) {
      throw refused(
          "it has %d members, expected %d to %d".formatted(members, MEMBERS_MIN, MEMBERS_MAX));
    }
    Set<String> digests = new HashSet<>();
    boolean weighted = ensemble.getCombination() == Ensemble.Combination.WEIGHTED;
    for (Member member : ensemble.getMembersList()) {
      check(member, weighted);
      if (!digests.add(member.getDigest())) {
        throw refused("two members have the digest " + member.getDigest());
      }
    }
    switch (ensemble.getCombination()) {
      case MEAN, WEIGHTED -> require(!ensemble.hasStacking(), "stacking goes with STACKING alone");
      case STACKING -> stacking(ensemble, members);
      case COMBINATION_UNSPECIFIED, UNRECOGNIZED ->
          throw refused("combination is missing: MEAN, WEIGHTED or STACKING");
    }
    require(ensemble.getGoldenCount() <= GOLDEN_MAX, "more than %d golden rows", GOLDEN_MAX);
    ensemble.getGoldenList().forEach(EnsembleFile::check);
  }

  private static void check(Member member, boolean weighted) {
    require(member.getModel().matches(MODEL), "a member's model is no model's name");
    require(
        member.getVersion().matches(VERSION),
        "a member of %s has no exact version: a positive number",
        member.getModel());
    String name = member.getModel() + " version " + member.getVersion();
    require(
        member.getDigest().matches(DIGEST),
        "member %s has no digest: 64 hexadecimal digits in lower case",
        name);
    double weight = member.getWeight();
    require(
        weighted ? weight > 0 && weight <= 1e6 : weight == 0,
        weighted
            ? "the weight of member %s must be above 0 and at most 1e6"
            : "member %s has a weight, which goes with WEIGHTED alone",
        name);
  }

  private static void stacking(Ensemble ensemble, int members) {
    List<Double> weights = ensemble.getStacking().getWeightsList();
    List<Double> bias = ensemble.getStacking().getBiasList();
    require(
        weights.size() == ACTIONS * ACTIONS * members && bias.size() == ACTIONS,
        "stacking needs %d weights and %d of bias",
        ACTIONS * ACTIONS * members,
        ACTIONS);
    require(
        weights.stream().allMatch(EnsembleFile::isModest)
            && bias.stream().allMatch(EnsembleFile::isModest),
        "stacking has a number that is not finite, or beyond 1e6");
  }

  private static void check(Golden golden) {
    require(
        golden.getActionProbabilitiesCount() == ACTIONS
            && golden.getActionProbabilitiesList().stream().allMatch(p -> p >= 0 && p <= 1),
        "a golden row needs %d action_probabilities",
        ACTIONS);
    require(
        golden.getFeaturesList().stream().allMatch(Float::isFinite),
        "a golden row has a feature that is not finite");
    require(
        golden.getTolerance() >= 0 && golden.getTolerance() <= 0.1f,
        "a golden row's tolerance must be 0 to 0.1");
  }

  private static boolean isModest(double value) {
    return Math.abs(value) <= 1e6; // false of NaN
  }

  private static void require(boolean holds, String why, Object... of) {
    if (!holds) {
      throw refused(why.formatted(of));
    }
  }

  private static ArtifactRefusedException refused(String why) {
    return ArtifactFormat.refused("as an ensemble: " + why);
  }
}
