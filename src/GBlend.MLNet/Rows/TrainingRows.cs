namespace GBlend.MLNet;

/// <summary>The rows of a fit, read from the data view once.</summary>
/// <param name="modalities">Per modality the rows.</param>
/// <param name="targets">What is predicted, see <see cref="TrainingTargets"/>.</param>
/// <param name="heldOut">Per row, whether it is held out of training.</param>
/// <param name="groups">Per row, the group of its sampling key; <see langword="null"/> without one.</param>
/// <param name="memory">Where the rows are; disposed with this.</param>
internal sealed class TrainingRows(
    IReadOnlyList<RowColumn> modalities, TrainingTargets targets, bool[] heldOut, int[]? groups = null, RowMemory? memory = null) : IDisposable
{
    /// <summary>Rows of floats that are in memory, [rows x width] per modality.</summary>
    internal TrainingRows(IReadOnlyList<float[]> modalities, TrainingTargets targets, bool[] heldOut, int[]? groups = null)
        : this([.. modalities.Select(m => RowColumn.Of(m, heldOut.Length))], targets, heldOut, groups)
    {
    }

    internal int[]? Groups { get; } = groups;

    internal IReadOnlyList<RowColumn> Modalities { get; } = modalities;

    internal TrainingTargets Targets { get; } = targets;

    /// <summary>
    /// Per modality and row whether the row has it, <see langword="null"/> for a modality that all rows have; <see langword="null"/> when all rows
    /// have all.
    /// </summary>
    internal IReadOnlyList<bool[]?>? Presence { get; init; }

    internal bool[] HeldOut { get; } = heldOut;

    /// <summary>
    /// Per row the fold whose networks do not learn from it, from 0, or <see cref="NoFold"/> for a row that all learn from; <see langword="null"/>
    /// where rows are held out once, by <see cref="HeldOut"/>.
    /// </summary>
    internal int[]? Folds { get; init; }

    /// <summary>The fold of a row that is in none.</summary>
    internal const int NoFold = -1;

    internal int Count => HeldOut.Length;

    /// <summary>The rows that are held out of the training of some networks.</summary>
    internal IEnumerable<int> Measured => Enumerable.Range(0, Count).Where(row => Folds is null ? HeldOut[row] : Folds[row] != NoFold);

    /// <summary>Memory under the budget of these rows, for what is kept with them.</summary>
    internal RowMemory MoreMemory() => memory?.Another() ?? new RowMemory(RowBudget.OfProcess);

    /// <summary>The same rows with some of their modalities. They stay these rows': dispose of one of the two.</summary>
    internal TrainingRows Only(IReadOnlyList<int> modalities) => new([.. modalities.Select(m => Modalities[m])], Targets, HeldOut, Groups, memory)
    {
        Presence = Presence is null ? null : [.. modalities.Select(m => Presence[m])],
        Folds = Folds,
    };

    /// <summary>The same rows, held out and weighted otherwise. They stay these rows': dispose of one of the two.</summary>
    /// <param name="heldOut">Per row, whether it is held out once.</param>
    /// <param name="folds">See <see cref="Folds"/>.</param>
    /// <param name="weights">See <see cref="TrainingTargets.Weights"/>.</param>
    internal TrainingRows Divided(bool[] heldOut, int[]? folds, double[]? weights) =>
        new(Modalities, Targets with { Weights = weights }, heldOut, Groups, memory) { Presence = Presence, Folds = folds };

    public void Dispose() => memory?.Dispose();
}
