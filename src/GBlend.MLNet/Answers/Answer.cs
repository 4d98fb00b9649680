namespace GBlend.MLNet;

/// <summary>How the predictions of the branches become the model's one answer.</summary>
public enum Answer
{
    /// <summary>
    /// What holds best on real data (see the README): <see cref="Pool"/> with at least 20 held-out rows; with fewer <see cref="Joint"/>,
    /// or, after <see cref="Blending.Auto"/>, <see cref="MeanOfLogits"/>. A model with only a joint head answers with it, one without a
    /// joint branch with <see cref="MeanOfHeads"/>.
    /// </summary>
    Auto,

    /// <summary>
    /// The joint head, as in the paper. A model without a joint branch (one modality, or <see cref="Blending.Separate"/>), or whose joint head
    /// never had weight in the training, takes the mean of its heads.
    /// </summary>
    Joint,

    /// <summary>
    /// The joint head, unless a single modality's head has a lower loss on the held-out rows by more than one standard error of the
    /// paired difference: then that head. Without a joint head that learned, the head with the lowest held-out loss.
    /// </summary>
    BestHead,

    /// <summary>The mean of the predictions of the heads that learned (probabilities for classes and labels).</summary>
    MeanOfHeads,

    /// <summary>
    /// A pool of the heads that learned, fitted on the held-out rows with a ridge towards their mean. Classes: softmax(sum_b a_b log p_b) over the
    /// heads b, a_b at least 0; logarithms are floored at -12. Multi-label: the same for each label's two states, with one a_b for all labels.
    /// Regression: sum_b a_b f_b + c by least squares, a_b at least 0, with an intercept c that bears no ridge. With fewer than 20 held-out rows
    /// the joint head answers instead.
    /// </summary>
    Pool,

    /// <summary>
    /// The mean of the heads' logits, made a probability: the normalized geometric mean of their probabilities, which is the pool whose
    /// coefficients are all alike. Regression: the mean.
    /// </summary>
    MeanOfLogits,
}
