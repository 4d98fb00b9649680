namespace GBlend.MLNet;

/// <summary>
/// The paper's closed form w_i = (1/Z) G_i / O_i^2 (Eq. 6 with Z = sum_i G_i / O_i^2, so that the weights sum to one), with what is needed to
/// give numbers everywhere: G is clamped at zero, |O| is floored, losses that are not finite count as no gain.
/// </summary>
internal static class PublishedRule
{
    /// <summary>The weights; equal ones where no branch gained.</summary>
    /// <param name="generalization">G of every branch.</param>
    /// <param name="overfitting">O of every branch.</param>
    /// <param name="overfittingFloor">The least |O|.</param>
    internal static double[] Weights(ReadOnlySpan<double> generalization, ReadOnlySpan<double> overfitting, double overfittingFloor)
    {
        var raw = new double[generalization.Length];
        double sum = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            double g = generalization[i], o = overfitting[i];
            if (!double.IsFinite(g) || !double.IsFinite(o))
                continue;
            double floored = Math.Max(Math.Abs(o), overfittingFloor);
            raw[i] = Math.Max(g, 0) / (floored * floored);
            sum += raw[i];
        }
        return sum > 0 && double.IsFinite(sum) ? BlendingWeights.Normalized(raw) : BlendingWeights.Equal(raw.Length);
    }
}
