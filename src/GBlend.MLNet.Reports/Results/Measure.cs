namespace GBlend.MLNet.Reports;

/// <summary>How good predictions are, row by row: what is asked of a row, its merit (more is better) and its loss.</summary>
internal abstract class Measure
{
    /// <summary>Probabilities are at least this in losses, as in ML.NET's log-loss.</summary>
    private protected const double LeastProbability = 1e-15;

    /// <summary>The name of the mean merit.</summary>
    internal abstract string Name { get; }

    /// <summary>The name of the mean loss.</summary>
    internal abstract string LossName { get; }

    /// <summary>The number of rows with a truth.</summary>
    internal abstract int Rows { get; }

    /// <summary>Whether merits are 0 or 1.</summary>
    internal virtual bool IsHitOrMiss => false;

    /// <summary>Whether merits are shares, which are shown in percent.</summary>
    internal virtual bool IsShare => true;

    internal abstract double Merit(int row, float[] prediction);

    internal abstract double Loss(int row, float[] prediction);

    /// <summary>A mean merit for people.</summary>
    internal string Show(double merit) => IsShare ? Numbers.Percent(merit) : Numbers.Show(-merit);

    /// <summary>A difference of mean merits for people: how much better.</summary>
    internal string ShowGain(double gain) => IsShare ? Numbers.Points(gain) : Numbers.Signed(gain);

    /// <summary>The mean merit of predictions, of which those that are not there (NaN) don't count.</summary>
    internal Interval Mean(IReadOnlyList<float[]> predictions)
    {
        double[] merits = [.. Enumerable.Range(0, Rows).Where(r => IsThere(predictions[r])).Select(r => Merit(r, predictions[r]))];
        return IsHitOrMiss ? Interval.OfShare(merits.Count(m => m > 0), merits.Length) : Interval.OfMean(merits);
    }

    /// <summary>The mean loss.</summary>
    internal double MeanLoss(IReadOnlyList<float[]> predictions) =>
        Enumerable.Range(0, Rows).Where(r => IsThere(predictions[r])).Select(r => Loss(r, predictions[r])).DefaultIfEmpty(double.NaN).Average();

    /// <summary>By how much predictions are better than others, on the rows that both predict.</summary>
    internal Interval Gain(IReadOnlyList<float[]> predictions, IReadOnlyList<float[]> others, Func<int, bool>? counts = null)
    {
        int[] rows = [.. Enumerable.Range(0, Rows).Where(r => IsThere(predictions[r]) && IsThere(others[r]) && counts?.Invoke(r) != false)];
        double[] gains = [.. rows.Select(r => Merit(r, predictions[r]) - Merit(r, others[r]))];
        return IsHitOrMiss ? Interval.OfPairedShares(gains.Count(g => g > 0), gains.Count(g => g < 0), rows.Length) : Interval.OfMean(gains);
    }

    internal static bool IsThere(float[] prediction) => !float.IsNaN(prediction[0]);

    /// <summary>The class of the highest probability; the first of equals, as in a model's PredictedLabel.</summary>
    internal static int Best(float[] prediction)
    {
        int best = 0;
        for (int i = 1; i < prediction.Length; i++)
        {
            if (prediction[i] > prediction[best])
                best = i;
        }
        return best;
    }
}

/// <summary>One of several classes.</summary>
/// <param name="truth">The class of each row.</param>
internal sealed class ClassMeasure(IReadOnlyList<int> truth) : Measure
{
    internal IReadOnlyList<int> Truth { get; } = truth;

    internal override string Name => "accuracy";

    internal override string LossName => "log-loss";

    internal override int Rows => Truth.Count;

    internal override bool IsHitOrMiss => true;

    internal override double Merit(int row, float[] prediction) => Best(prediction) == Truth[row] ? 1 : 0;

    internal override double Loss(int row, float[] prediction) => -Math.Log(Math.Max(prediction[Truth[row]], LeastProbability));
}

/// <summary>Any of several labels.</summary>
/// <param name="truth">Per row whether it has each label.</param>
internal sealed class LabelMeasure(IReadOnlyList<bool[]> truth) : Measure
{
    internal IReadOnlyList<bool[]> Truth { get; } = truth;

    internal override string Name => "share of labels right";

    internal override string LossName => "log-loss per label";

    internal override int Rows => Truth.Count;

    internal override double Merit(int row, float[] prediction) => prediction.Select((p, i) => p > 0.5f == Truth[row][i] ? 1.0 : 0).Average();

    internal override double Loss(int row, float[] prediction) =>
        prediction.Select((p, i) => -Math.Log(Math.Max(Truth[row][i] ? p : 1 - p, LeastProbability))).Average();
}

/// <summary>A number.</summary>
/// <param name="truth">The number of each row.</param>
internal sealed class NumberMeasure(IReadOnlyList<float> truth) : Measure
{
    internal IReadOnlyList<float> Truth { get; } = truth;

    internal override string Name => "mean absolute error";

    internal override string LossName => "mean squared error";

    internal override int Rows => Truth.Count;

    internal override bool IsShare => false;

    internal override double Merit(int row, float[] prediction) => -Math.Abs((double)prediction[0] - Truth[row]);

    internal override double Loss(int row, float[] prediction) => Math.Pow((double)prediction[0] - Truth[row], 2);
}
