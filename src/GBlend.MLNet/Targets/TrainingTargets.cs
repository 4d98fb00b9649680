namespace GBlend.MLNet;

/// <summary>The labels of all rows in the form of their task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Outputs">Classes, labels, or 1.</param>
/// <param name="Classes">Multiclass: the class of each row, from 0. Else <see langword="null"/>.</param>
/// <param name="Values">Multi-label: [rows x labels] of 0 and 1; regression: [rows] as read. Else <see langword="null"/>.</param>
internal sealed record TrainingTargets(LearningTask Task, int Outputs, long[]? Classes, float[]? Values)
{
    /// <summary>The share of each class among rows, by their weights; empty without classes.</summary>
    internal double[] ClassShares(Func<int, bool> isAmongThem)
    {
        if (Classes is null)
            return [];
        double[] shares = new double[Outputs];
        for (int row = 0; row < Classes.Length; row++)
            shares[Classes[row]] += isAmongThem(row) ? Weights?[row] ?? 1 : 0;
        double sum = shares.Sum();
        return [.. shares.Select(share => share / sum)];
    }

    /// <summary>How much each row counts in losses, with a mean of 1 over the rows to train on; <see langword="null"/> when all count alike.</summary>
    internal double[]? Weights { get; init; }

    /// <summary>The labels of some rows.</summary>
    internal TrainingTargets Rows(IReadOnlyList<int> rows) => this with
    {
        Classes = Classes is null ? null : [.. rows.Select(row => Classes[row])],
        Weights = Weights is null ? null : [.. rows.Select(row => Weights[row])],
        Values = Values is null ? null : [.. rows.SelectMany(row => Values.Skip(row * Outputs).Take(Outputs))],
    };
}
