package ai.neo.modelgateway.ensemble;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.List;
import java.util.OptionalLong;

/** Members that are asked one after the other, and how their answers become one. Thread-safe. */
final class EnsembleModel implements ServableModel {
  /** More of even the quickest take longer than a hand-over to another thread. */
  private static final int QUICK_MEMBERS = 4;

  private final ModelArtifact artifact;
  private final List<ServableModel> members;
  private final Combiner combiner;

  /**
   * @param members at least one, of equal widths and windows; closed with this
   */
  EnsembleModel(ModelArtifact artifact, List<ServableModel> members, Combiner combiner) {
    this.artifact = artifact;
    this.members = List.copyOf(members);
    this.combiner = combiner;
  }

  @Override
  public ModelArtifact artifact() {
    return artifact;
  }

  @Override
  public int features() {
    return members.getFirst().features();
  }

  @Override
  public int window() {
    return members.getFirst().window();
  }

  @Override
  public boolean isQuick() {
    return members.size() <= QUICK_MEMBERS && members.stream().allMatch(ServableModel::isQuick);
  }

  @Override
  public OptionalLong offHeapBytes() {
    List<OptionalLong> each = members.stream().map(ServableModel::offHeapBytes).toList();
    return each.stream().allMatch(OptionalLong::isPresent)
        ? OptionalLong.of(each.stream().mapToLong(OptionalLong::getAsLong).sum())
        : OptionalLong.empty();
  }

  @Override
  public Answer infer(float[] rowMajorFeatures, int rows) {
    return combiner.combined(
        members.stream().map(member -> member.infer(rowMajorFeatures, rows)).toList(), rows);
  }

  @Override
  public void close() {
    members.forEach(ServableModel::close);
  }
}
