package ai.neo.orchestrator.journal;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;

/**
 * What a frame holds. Numbers are for ever: a retired one is never used again. Below 64 is what the
 * loop heard, from 64 on what it said.
 */
public final class FrameType {
  /** The run's settings, as JSON: the first frame of a journal. */
  public static final int RUN_STARTED = 1;

  public static final int BAR = 2;
  public static final int TRADE = 3;
  public static final int QUOTE = 4;
  public static final int BOOK_CHANGE = 5;
  public static final int PREDICTION_ARRIVED = 6;
  public static final int PREDICTION_FAILED = 7;
  public static final int VENUE_REPORTED = 8;
  public static final int FEEDBACK_TAKEN = 9;
  public static final int MODEL_CHANGED = 10;
  public static final int OPERATOR_COMMANDED = 11;
  public static final int FEED_ENDED = 12;
  public static final int FEED_CHANGED = 13;

  public static final int PREDICT = 64;
  public static final int SUBMIT = 65;
  public static final int CANCEL = 66;
  public static final int LEARN = 67;
  public static final int DECIDE = 68;
  public static final int ALERT = 69;

  private FrameType() {}

  static int of(MarketEvent event) {
    return switch (event) {
      case Bar bar -> BAR;
      case Trade trade -> TRADE;
      case Quote quote -> QUOTE;
      case BookChange change -> BOOK_CHANGE;
    };
  }

  static boolean market(int type) {
    return type >= BAR && type <= BOOK_CHANGE;
  }

  /** Whether the frame is an input of the loop. */
  public static boolean heard(int type) {
    return type > RUN_STARTED && type < PREDICT;
  }

  /** Whether the frame is an output of the loop. */
  public static boolean said(int type) {
    return type >= PREDICT;
  }
}
