namespace GBlend.MLNet.Reports;

/// <summary>What gives predictions for the test rows.</summary>
internal enum ContestantKind
{
    /// <summary>The head of one modality in the model.</summary>
    Alone,

    /// <summary>A joint head in the model.</summary>
    Joint,

    /// <summary>A member of the pool that is no part of a network.</summary>
    Member,

    /// <summary>The model's answer.</summary>
    Answer,

    /// <summary>Another model, scored on the same rows.</summary>
    Baseline,
}

/// <summary>Predictions for the test rows: probabilities of classes or labels, or a number; NaN where the head can't read the row.</summary>
/// <param name="Name">The name for people.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Predictions">One for each row.</param>
/// <param name="Parameters">The parameters that it has of its own; <see langword="null"/> when they are not known.</param>
internal sealed record Contestant(string Name, ContestantKind Kind, IReadOnlyList<float[]> Predictions, long? Parameters);

/// <summary>A contestant measured.</summary>
/// <param name="Contestant">Whose it is.</param>
/// <param name="Rows">The rows that it could read.</param>
/// <param name="Merit">The mean merit on them.</param>
/// <param name="Loss">The mean loss on them.</param>
/// <param name="Gain">By how much the answer is better, on the rows that both read; <see langword="null"/> for the answer itself.</param>
internal sealed record Standing(Contestant Contestant, int Rows, Interval Merit, double Loss, Interval? Gain);

/// <summary>The test rows with all that predicts them.</summary>
/// <param name="Measure">The truth, and how predictions are measured by it.</param>
/// <param name="Names">The names of the classes or labels; none for a number.</param>
/// <param name="Contestants">The heads, the answer, then other models.</param>
/// <param name="Positions">The place of each row in the data view, counted from zero.</param>
/// <param name="RowNames">The name of each row; <see langword="null"/> when no column was named.</param>
/// <param name="Groups">The group of each row; <see langword="null"/> when no column was named.</param>
/// <param name="LeftOut">The rows without a known truth, which are not among the others.</param>
internal sealed record TestResults(
    Measure Measure, IReadOnlyList<string> Names, IReadOnlyList<Contestant> Contestants, IReadOnlyList<long> Positions, IReadOnlyList<string>? RowNames,
        IReadOnlyList<string>? Groups, int LeftOut)
{
    private IReadOnlyList<Standing>? _standings;

    internal Contestant Answer => Contestants.First(c => c.Kind == ContestantKind.Answer);

    internal IReadOnlyList<Standing> Standings => _standings ??= [.. Contestants.Select(c => new Standing(
        c, c.Predictions.Count(Measure.IsThere), Measure.Mean(c.Predictions), Measure.MeanLoss(c.Predictions),
        c.Kind == ContestantKind.Answer ? null : Measure.Gain(Answer.Predictions, c.Predictions)))];

    internal Standing Standing => Standings.First(s => s.Contestant.Kind == ContestantKind.Answer);

    /// <summary>The best head of a single modality; <see langword="null"/> when the scores of heads are not known, or there is one modality only.</summary>
    internal Standing? BestAlone => Standings.Count(s => s.Contestant.Kind == ContestantKind.Alone) < 2 ? null
        : Standings.Where(s => s.Contestant.Kind == ContestantKind.Alone && s.Rows > 0).MaxBy(s => s.Merit.Value);

    /// <summary>The best of the other models; <see langword="null"/> when there is none.</summary>
    internal Standing? BestBaseline => Standings.Where(s => s.Contestant.Kind == ContestantKind.Baseline && s.Rows > 0).MaxBy(s => s.Merit.Value);

    /// <summary>What classes are compared with: the first other model or, without one, the best head of a modality.</summary>
    internal Standing? Reference => Standings.FirstOrDefault(s => s.Contestant.Kind == ContestantKind.Baseline) ?? BestAlone;
}
