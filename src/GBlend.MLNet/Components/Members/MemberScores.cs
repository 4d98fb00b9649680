namespace GBlend.MLNet;

/// <summary>What the scores of a member's trainer are.</summary>
internal enum MemberScores
{
    /// <summary>A probability per class.</summary>
    Probabilities,

    /// <summary>A number per class, higher for more likely ones, which the softmax makes probabilities.</summary>
    Margins,

    /// <summary>The probability of yes.</summary>
    Probability,

    /// <summary>A number that is higher for a more likely yes, taken as its log-odds.</summary>
    Margin,

    /// <summary>The predicted number.</summary>
    Number,
}
