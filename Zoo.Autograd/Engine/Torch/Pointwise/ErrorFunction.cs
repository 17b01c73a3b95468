namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>erf and erfc in double by Cody's rational approximations (W. J. Cody, Math. Comp. 23, 1969).</summary>
internal static class ErrorFunction
{
    static ReadOnlySpan<double> A => [3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1];
    static ReadOnlySpan<double> B => [2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03];
    static ReadOnlySpan<double> P => [5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e01, 2.98635138197400131e02, 8.81952221241769090e02,
        1.71204761263407058e03, 2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8];
    static ReadOnlySpan<double> Q => [1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03, 3.29079923573345963e03,
        4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03];
    static ReadOnlySpan<double> R => [3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2];
    static ReadOnlySpan<double> S => [2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    internal static double Erf(double x)
    {
        double a = Math.Abs(x);
        return double.IsNaN(x) ? x : a <= 0.46875 ? x * Small(x * x) : x > 0 ? 1 - Tail(a) : Tail(a) - 1;
    }

    internal static double Erfc(double x)
    {
        double a = Math.Abs(x);
        return double.IsNaN(x) ? x : a <= 0.46875 ? 1 - x * Small(x * x) : x > 0 ? Tail(a) : 2 - Tail(a);
    }

    static double Small(double z)
    {
        double top = A[4] * z, bottom = z;
        for (int i = 0; i < 3; i++)
            (top, bottom) = ((top + A[i]) * z, (bottom + B[i]) * z);
        return (top + A[3]) / (bottom + B[3]);
    }

    /// <summary>erfc beyond 0.46875.</summary>
    static double Tail(double x)
    {
        if (x > 26.6)
            return 0;
        double result;
        if (x <= 4)
        {
            double top = P[8] * x, bottom = x;
            for (int i = 0; i < 7; i++)
                (top, bottom) = ((top + P[i]) * x, (bottom + Q[i]) * x);
            result = (top + P[7]) / (bottom + Q[7]);
        }
        else
        {
            double z = 1 / (x * x), top = R[5] * z, bottom = z;
            for (int i = 0; i < 4; i++)
                (top, bottom) = ((top + R[i]) * z, (bottom + S[i]) * z);
            result = (0.56418958354775628695 - z * (top + R[4]) / (bottom + S[4])) / x;
        }
        double near = Math.Truncate(x * 16) / 16;   // e^-x² in two factors: x² itself would lose digits
        return Math.Exp(-near * near) * Math.Exp(-(x - near) * (x + near)) * result;
    }
}
