namespace GBlend.MLNet;

/// <summary>
/// Which classes are among the k best. Of equal scores the one of the higher index is better, as in scikit-learn's <c>top_k_accuracy_score</c>.
/// </summary>
internal static class TopK
{
    internal static bool Contains(ReadOnlySpan<float> scores, int label, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int better = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            if (scores[c] > scores[label] || (scores[c] == scores[label] && c > label))
                better++;
        }
        return better < k;
    }
}
