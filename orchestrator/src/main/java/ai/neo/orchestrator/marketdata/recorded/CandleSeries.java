package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The bars of one instrument, from one file or from several that follow each other in time. */
record CandleSeries(List<CandleFile> files) {
  CandleSeries {
    files = List.copyOf(files);
  }

  static CandleSeries of(CandleFile file) {
    return new CandleSeries(List.of(file));
  }

  /**
   * Both, in the order of time.
   *
   * @throws BadMarketDataException if they overlap or have bars of different lengths
   */
  static CandleSeries join(CandleSeries one, CandleSeries other) {
    List<CandleFile> all =
        Stream.concat(one.files.stream(), other.files.stream())
            .sorted(Comparator.comparingLong(file -> file.bars().getFirst().openTimeNs()))
            .toList();
    for (int i = 1; i < all.size(); i++) {
      CandleFile before = all.get(i - 1);
      CandleFile file = all.get(i);
      if (file.intervalNs() != before.intervalNs()) {
        throw new BadMarketDataException(
            file.file(),
            0,
            file.symbol()
                + " with bars of "
                + CandleFile.lengthText(file.intervalNs())
                + ", while "
                + before.file()
                + " has "
                + CandleFile.lengthText(before.intervalNs()),
            "Files of one instrument need one length of bars; if they are two instruments, name"
                + " the files by their symbols");
      }
      if (file.bars().getFirst().openTimeNs() < before.bars().getLast().closeTimeNs()) {
        throw new BadMarketDataException(
            file.file(),
            0,
            file.symbol() + " overlaps in time with " + before.file(),
            "Give each bar once; if they are two instruments, name the files by their symbols");
      }
    }
    return new CandleSeries(all);
  }

  String symbol() {
    return files.getFirst().symbol();
  }

  long intervalNs() {
    return files.getFirst().intervalNs();
  }

  long tickSizeE8() {
    return files.stream().mapToLong(CandleFile::tickSizeE8).min().orElseThrow();
  }

  long lotSizeE8() {
    return files.stream().mapToLong(CandleFile::lotSizeE8).min().orElseThrow();
  }

  List<Bar> bars() {
    List<Bar> bars = new ArrayList<>();
    files.forEach(file -> bars.addAll(file.bars()));
    return List.copyOf(bars);
  }

  String summary() {
    return files.stream().map(CandleFile::summary).collect(Collectors.joining("; "));
  }

  String description() {
    return files.stream().map(CandleFile::description).collect(Collectors.joining("\n"));
  }
}
