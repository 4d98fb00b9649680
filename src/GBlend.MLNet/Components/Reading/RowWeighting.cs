namespace GBlend.MLNet;

/// <summary>From the example weights and the class weights of the options to how much each row counts.</summary>
internal static class RowWeighting
{
    /// <summary>Multiplies both weights of every row.</summary>
    /// <param name="examples">The example weight of each row, above 0; <see langword="null"/> without an example weight column.</param>
    /// <param name="classes">The class weights; <see langword="null"/> for none.</param>
    /// <param name="targets">The labels.</param>
    /// <param name="label">The names of the classes.</param>
    /// <param name="heldOut">Per row whether it is held out.</param>
    /// <returns>A weight a row, with a mean of 1 over the rows to train on; <see langword="null"/> when all rows count alike.</returns>
    /// <exception cref="ArgumentException">The options give a weight to a class that the label has not.</exception>
    internal static double[]? Of(double[]? examples, ClassWeights? classes, TrainingTargets targets, LabelInfo label, bool[] heldOut)
    {
        if (examples is null && classes is null)
            return null;
        double[] weights = examples ?? [.. Enumerable.Repeat(1.0, heldOut.Length)];
        if (classes is not null)
        {
            double[] ofClass = classes.ByName is { } byName ? Named(byName, label) : Balanced(weights, targets, heldOut);
            weights = [.. weights.Select((weight, row) => weight * ofClass[targets.Classes![row]])];
        }
        if (weights.All(weight => weight == weights[0]))
            return null;
        double mean = weights.Where((_, row) => !heldOut[row]).Average();
        return [.. weights.Select(weight => weight / mean)];
    }

    /// <summary>Per class what makes the weights of its training rows sum to the same for all classes.</summary>
    private static double[] Balanced(double[] weights, TrainingTargets targets, bool[] heldOut)
    {
        var sums = new double[targets.Outputs];
        for (int row = 0; row < heldOut.Length; row++)
            sums[targets.Classes![row]] += heldOut[row] ? 0 : weights[row];
        double all = sums.Sum();
        int present = sums.Count(sum => sum > 0);
        return [.. sums.Select(sum => sum > 0 ? all / (present * sum) : 1)];
    }

    private static double[] Named(IReadOnlyDictionary<string, double> byName, LabelInfo label)
    {
        string[] names = [.. Enumerable.Range(0, label.Outputs).Select(label.NameOf)];
        if (byName.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw new ArgumentException($"ClassWeights has a weight for the class '{unknown}', but the label column '{label.Column}' has no such class. "
                + $"{Names.Suggest(unknown, names, "classes")}", nameof(GradientBlendingTrainer.Options.ClassWeights));
        return [.. names.Select(name => byName.GetValueOrDefault(name, 1))];
    }
}
