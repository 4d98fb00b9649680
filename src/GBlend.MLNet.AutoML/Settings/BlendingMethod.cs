namespace GBlend.MLNet.AutoML;

/// <summary>The ways to blend that a sweep chooses from; see <see cref="Blending"/>.</summary>
public enum BlendingMethod
{
    /// <summary><see cref="Blending.Auto"/>: two networks and a pool, the trainer's default.</summary>
    Auto,

    /// <summary><see cref="Blending.None"/>: naive joint training.</summary>
    None,

    /// <summary><see cref="Blending.Equal"/>: a head for every modality, equal weights.</summary>
    Equal,

    /// <summary><see cref="Blending.Separate"/>: a network for every modality, averaged.</summary>
    Separate,

    /// <summary>
    /// <see cref="Blending.Offline"/>: weights estimated once. The estimate trains every branch over the whole run before the first epoch, so an
    /// early stop saves less.
    /// </summary>
    Offline,

    /// <summary><see cref="Blending.Online"/>: weights estimated again at every super-epoch.</summary>
    Online,

    /// <summary><see cref="Blending.Dgl"/>: the joint head does not teach the encoders.</summary>
    Dgl,

    /// <summary><see cref="Blending.UniModalStart"/>: encoders from networks of single modalities, which are trained before the first epoch.</summary>
    UniModalStart,

    /// <summary><see cref="Blending.Umt"/>: uni-modal teachers, which are trained before the first epoch.</summary>
    Umt,

    /// <summary><see cref="Blending.OgmGe"/>: encoders of modalities that are ahead get a smaller gradient and noise. Not for regression.</summary>
    OgmGe,

    /// <summary><see cref="Blending.Mlb"/>: equal auxiliary losses, and a factor on each encoder's gradient, larger for modalities that lag behind.</summary>
    Mlb,

    /// <summary><see cref="Blending.MmPareto"/>: a common direction where an encoder's own loss and the joint one pull apart.</summary>
    MmPareto,

    /// <summary><see cref="Blending.Sequential"/>: the weakest modality first. Networks of single modalities are trained before the first epoch.</summary>
    Sequential,

    /// <summary>
    /// <see cref="Blending.Midas"/>: the network also learns from rows put together from rows of different classes. For classes and late fusion only.
    /// </summary>
    Midas,

    /// <summary>
    /// <see cref="Blending.Mcr"/>: equal auxiliary losses, and a game in which every encoder wants a say in the joint answer. For classes and late
    /// fusion only.
    /// </summary>
    Mcr,
}
