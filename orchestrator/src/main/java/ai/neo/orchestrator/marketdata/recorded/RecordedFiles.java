package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.tradingtypes.Bar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Opens recorded files as one sequence of events. */
public final class RecordedFiles {
  private RecordedFiles() {}

  /** All events of the bundled sample that are selected. */
  public static RecordedMarketData open(SampleCatalog sample, RecordingSelection selection) {
    return open(sample.files(), selection);
  }

  /**
   * All events of the files that are selected, by (time, instrument id, order of the files).
   *
   * @throws IllegalArgumentException if a symbol is selected that no file has
   * @throws ai.neo.orchestrator.marketdata.BadMarketData if a file cannot be read; also later,
   *     when the reader comes to a bad row
   */
  public static RecordedMarketData open(
      List<? extends DataFile> files, RecordingSelection selection) {
    Recording recording = new Recording(files, selection);
    long from = selection.fromOrMinimum();
    return new MergedRecording(
        recording,
        Collections.nCopies(recording.parts().size(), from),
        selection.toOrMaximum());
  }

  /** As {@link #openSplit(List, RecordingSelection, TrainingSplit)} for the bundled sample. */
  public static SplitRecording openSplit(
      SampleCatalog sample, RecordingSelection selection, TrainingSplit split) {
    return openSplit(sample.files(), selection, split);
  }

  /**
   * Sets the first part of each candle file aside for training and opens the rest for trading. No
   * bar is in both, whatever is selected: a selection that begins inside the training part begins
   * behind it.
   */
  public static SplitRecording openSplit(
      List<? extends DataFile> files, RecordingSelection selection, TrainingSplit split) {
    Recording recording = new Recording(files, selection);
    List<List<Bar>> training = new ArrayList<>();
    recording.instruments().forEach(_ -> training.add(new ArrayList<>()));
    List<Long> fromNs = new ArrayList<>();
    for (Recording.Part part : recording.parts()) {
      long from = selection.fromOrMinimum();
      if (part.file() instanceof DataFile.Candles) {
        TrainingSplit.Cut cut = split.cut(part);
        training.get(part.instrument()).addAll(cut.training());
        from = Math.max(from, cut.tradingFromNs());
      }
      fromNs.add(from);
    }
    return new SplitRecording(
        training, new MergedRecording(recording, fromNs, selection.toOrMaximum()));
  }
}
