using GBlend.MLNet.Native;
using TorchSharp;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet;

/// <summary>Whether a training is cross-fitted, and in how many folds.</summary>
internal static class FoldChoice
{
    /// <summary>The folds that are taken where the user does not say.</summary>
    private const int UsualFolds = 5;

    /// <summary>Sets of more rows lose little by a share of them, and would take long.</summary>
    private const int MostRows = 10_000;

    /// <summary>Multiply-adds of all networks' forward passes over the rows of all epochs, for about half a minute of training on a core.</summary>
    private const double MostMultiplyAdds = 2e11;

    /// <summary>What a row costs a small network at least, where a step's time is that of beginning its operations.</summary>
    private const double LeastMultiplyAdds = 50_000;

    /// <summary>The fold of every row; <see langword="null"/> where rows are held out once.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="modalities">The modalities of the fit.</param>
    /// <param name="options">Already checked.</param>
    /// <param name="seed">Decides which row is in which fold.</param>
    /// <param name="host">Learns where there are fewer folds than were asked for.</param>
    internal static int[]? Divide(TrainingRows data, IReadOnlyList<ModalitySpec> modalities, Options options, int seed, ITrainingHost host)
    {
        var (targets, groups, rows) = (data.Targets, data.Groups, data.Count);
        int wanted = options.Blending.Folds
            ?? (SaysNothing(options) && options.Blending.ChoosesFolds && IsCheap(rows, targets.Outputs, modalities, options) ? UsualFolds : 1);
        if (wanted == 1)
            return null;
        int[] folds = RowFolds.Divide(targets.Classes, groups, rows, wanted, new Random(Seeds.Derive(seed, "folds")));
        int count = folds.Max() + 1;
        if (count == 0)
            return null;
        if (count < wanted && options.Blending.Folds is not null)
            host.Info($"The rows can be divided into {count} folds, where {wanted} are asked "
                + $"for{(groups is null ? "" : $": rows of one value of '{options.SamplingKeyColumnName}' stay together")}.");
        return folds;
    }

    /// <summary>Whether nothing says how rows are held out, and there is more than one head to pool.</summary>
    private static bool SaysNothing(Options options) =>
        options is { HoldOutColumnName: null, ValidationFraction: null } && options.Modalities.Count + options.Members.Count > 1;

    private static bool IsCheap(int rows, int outputs, IReadOnlyList<ModalitySpec> modalities, Options options)
    {
        if (rows > MostRows)
            return false;
        TorchNativeLoader.EnsureLoaded();
        double multiplyAdds = 0;
        foreach (var plan in options.Blending.Networks(modalities.Count, options.NumberOfEpochs))
        {
            using var network = new JointNetwork(plan.Shape(modalities, options.Fusion, outputs), 0, torch.ScalarType.Float32, torch.CPU, learns: false);
            multiplyAdds += Math.Max(network.Cost.MultiplyAdds, LeastMultiplyAdds);
        }
        return multiplyAdds * rows * options.NumberOfEpochs <= MostMultiplyAdds;
    }
}
